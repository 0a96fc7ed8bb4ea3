"""Pieces of research code, as functions of tensors alone; read from checkouts in ADSAM_RESEARCH."""

import ast
import importlib.util
import os
import sys
from types import ModuleType, SimpleNamespace
from unittest import mock

import torch
import torch.nn.functional as F
from torch.func import functional_call

ROOT = os.environ["ADSAM_RESEARCH"]


def _load(path):
    name = path.replace("/", "_").replace("+", "_").removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, f"{ROOT}/{path}")
    module = importlib.util.module_from_spec(spec)
    stubs = {
        n: mock.MagicMock(__spec__=None)
        for n in (
            "fairscale",
            "fairscale.nn",
            "fairscale.nn.model_parallel",
            "fairscale.nn.model_parallel.initialize",
            "fairscale.nn.model_parallel.layers",
        )
    }
    with mock.patch.dict(sys.modules, stubs):
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module


def _part(path, names, **known):
    """Functions and classes of a file that does more when it is imported."""
    file = f"{ROOT}/{path}"
    tree = ast.parse(open(file).read())
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names:
            found.setdefault(node.name, node)
    module = ModuleType("part")
    module.__dict__.update(torch=torch, th=torch, F=F, nn=torch.nn, **known)
    exec(compile(ast.Module([*found.values()], []), file, "exec"), module.__dict__)
    return module


import math  # noqa: E402

import numpy as np  # noqa: E402

gpt = _part(
    "karpathy+minGPT/mingpt/model.py",
    {"NewGELU", "CausalSelfAttention", "Block"},
    math=math,
)
resnet = _load("akamaster+pytorch_resnet_cifar10/resnet.py")
torchbnn_linear = _part(
    "Harry24k+bayesian-neural-network-pytorch/torchbnn/modules/linear.py",
    {"BayesLinear"},
    math=math,
    Module=torch.nn.Module,
    Parameter=torch.nn.Parameter,
)
torchbnn_kl = _part(
    "Harry24k+bayesian-neural-network-pytorch/torchbnn/functional.py", {"_kl_loss"}, math=math
)
focal = _part("clcarwin+focal_loss_pytorch/focalloss.py", {"FocalLoss"}, long=int,
              Variable=torch.autograd.Variable)
simclr = _part("sthalles+SimCLR/simclr.py", {"info_nce_loss"})
llama = _load("facebookresearch+llama/llama/model.py")
diffusion = _part(
    "openai+improved-diffusion/improved_diffusion/gaussian_diffusion.py",
    {"q_sample", "_extract_into_tensor"},
)
losses = _load("openai+improved-diffusion/improved_diffusion/losses.py")
unet = _part("openai+improved-diffusion/improved_diffusion/unet.py", {"QKVAttention"}, math=math)
embedding = _part("openai+improved-diffusion/improved_diffusion/nn.py", {"timestep_embedding"},
                  math=math)
mixing = _part("facebookresearch+mixup-cifar10/train.py", {"mixup_criterion"})


def _config():
    return SimpleNamespace(n_embd=16, n_head=4, attn_pdrop=0.0, resid_pdrop=0.0, block_size=8)


def attention(x, attn_w, attn_b, proj_w, proj_b):
    module = gpt.CausalSelfAttention(_config())
    weights = {"c_attn.weight": attn_w, "c_attn.bias": attn_b,
               "c_proj.weight": proj_w, "c_proj.bias": proj_b}
    return functional_call(module, weights, (x,))


def block(x, attn_w, attn_b, proj_w, proj_b, fc_w, fc_b, out_w, out_b, g1, b1):
    module = gpt.Block(_config())
    weights = {
        "attn.c_attn.weight": attn_w, "attn.c_attn.bias": attn_b,
        "attn.c_proj.weight": proj_w, "attn.c_proj.bias": proj_b,
        "mlp.c_fc.weight": fc_w, "mlp.c_fc.bias": fc_b,
        "mlp.c_proj.weight": out_w, "mlp.c_proj.bias": out_b,
        "ln_1.weight": g1, "ln_1.bias": b1,
    }
    return functional_call(module, weights, (x,))


def basic_block(x, w1, g1, b1, w2, g2, b2):
    module = resnet.BasicBlock(4, 8, stride=2)
    weights = {"conv1.weight": w1, "bn1.weight": g1, "bn1.bias": b1,
               "conv2.weight": w2, "bn2.weight": g2, "bn2.bias": b2}
    return functional_call(module, weights, (x,))


def bayes_linear(x, mu, log_sigma, eps, b_mu, b_log_sigma, b_eps):
    module = SimpleNamespace(weight_mu=mu, weight_log_sigma=log_sigma, weight_eps=eps, bias=True,
                             bias_mu=b_mu, bias_log_sigma=b_log_sigma, bias_eps=b_eps)
    return torchbnn_linear.BayesLinear.forward(module, x)


def kl_loss(mu, log_sigma):
    return torchbnn_kl._kl_loss(mu, log_sigma, 0.1, math.log(0.2))


def focal_loss(input, target):
    return focal.FocalLoss(gamma=2, alpha=[0.1, 0.2, 0.3, 0.25, 0.15])(input, target)


def info_nce(features):
    args = SimpleNamespace(batch_size=len(features) // 2, n_views=2, device="cpu", temperature=0.07)
    logits, labels = simclr.info_nce_loss(SimpleNamespace(args=args), features)
    return F.cross_entropy(logits, labels)


def rms_norm(x, weight):
    return functional_call(llama.RMSNorm(16, 1e-5), {"weight": weight}, (x,))


def rotary(q, k):
    freqs = llama.precompute_freqs_cis(q.shape[-1], q.shape[1])
    return llama.apply_rotary_emb(q, k, freqs)


def q_sample(x_start, t, noise):
    betas = np.linspace(1e-4, 0.02, 50)
    alphas = np.cumprod(1.0 - betas)
    owner = SimpleNamespace(sqrt_alphas_cumprod=np.sqrt(alphas),
                            sqrt_one_minus_alphas_cumprod=np.sqrt(1.0 - alphas))
    return diffusion.q_sample(owner, x_start, t, noise)


def normal_kl(mean1, logvar1, mean2, logvar2):
    return losses.normal_kl(mean1, logvar1, mean2, logvar2)


def likelihood(x, means, log_scales):
    return losses.discretized_gaussian_log_likelihood(x, means=means, log_scales=log_scales)


def qkv(qkv):
    return unet.QKVAttention()(qkv)


def timesteps(t):
    return embedding.timestep_embedding(t, 16)


def mixup(pred, y_a, y_b):
    return mixing.mixup_criterion(torch.nn.CrossEntropyLoss(), pred, y_a, y_b, 0.3)
