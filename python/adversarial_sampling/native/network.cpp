#include "network.h"

template <class T>
void Network<T>::take(const T* x, int planes) {
    const int padded = channels(0), pixels = size_ * size_;
    T* to = input_.zeros(elements(0));
    for (int n = 0; n < count_; ++n)
        for (int c = 0; c < planes; ++c)
            for (int p = 0; p < pixels; ++p)
                to[(ptrdiff_t(n) * pixels + p) * padded + c] = x[(ptrdiff_t(n) * planes + c) * pixels + p];
}

template <class T>
Shortcut<T> Network<T>::shortcut(const Unit& unit, T* data) {
    const int from = channels(unit.shortcut), stride = size(unit.shortcut) > size(unit.input) ? 2 : 1;
    return {data, size(unit.shortcut), from, stride, (int(unit.out) - from) / 2};
}

template <class Call>
void by_tile(int size, Call call) {
    if (size > 2)
        call(std::integral_constant<int, 4>{});
    else
        call(std::integral_constant<int, 2>{});
}

template <class T>
void Network<T>::forward(int threads, const T* w, const T* x, int count, int size, T* const* running, Mode mode,
                         T* logits) {
    workspace_.open(threads);
    count_ = count;
    size_ = size;
    take(x, int(units_[0].in));
    for (size_t u = 0; u < units_.size(); ++u) {
        const Unit& unit = units_[u];
        State& state = states_[u];
        if (unit.kind == Unit::CONVOLUTION) {
            convolution(w, unit, state, running + 2 * u, mode);
        } else if (unit.kind == Unit::MAX_POOL) {
            state.size = this->size(unit.input) / 2;
            state.channels = channels(unit.input);
            max_pool(image(unit.input), count_, this->size(unit.input), state.channels,
                     state.after.reserve(elements(u + 1)), workspace_.threads());
        } else {
            const int edge = this->size(unit.input);
            T* features = features_.reserve(size_t(count_) * unit.in);
            mean_pool(image(unit.input), count_, edge * edge, int(unit.in), features);
            linear(features, w + unit.weight, w + unit.bias, count_, int(unit.in), int(unit.out), logits);
        }
    }
}

template <class T>
void Network<T>::convolution(const T* w, const Unit& unit, State& state, T* const* running, Mode mode) {
    const int in = int(unit.in), out = int(unit.out), stride = int(unit.stride);
    const Images<T> from{image(unit.input), count_, size(unit.input), channels(unit.input)};
    state.size = (from.size + stride - 1) / stride;
    state.channels = out;
    const size_t elements = size_t(count_) * state.size * state.size * out;
    T* after = state.after.reserve(elements);
    const Shortcut<T> added = unit.shortcut < 0 ? Shortcut<T>{} : shortcut(unit, image(unit.shortcut));
    if (!mode.by_batch) known(w, unit, running, state.affine);
    T* target = mode.by_batch ? state.before.reserve(elements) : after;
    const Images<T> to{target, count_, from.size, out, stride};
    by_tile(from.size, [&](auto tile) {
        constexpr int M = decltype(tile)::value;
        T* kernel = kernel_.reserve(size_t(M + 2) * (M + 2) * in * out);
        transform_kernel<T, M>(w + unit.weight, in, out, false, kernel, workspace_.threads());
        if (mode.by_batch) {
            sums_.reset(Tiling(to.count, to.size, M, std::max(from.channels, out)).blocks, out);
            convolve<T, M>(from, in, kernel, to, workspace_, [&](const Tile<T, M>& at, int c, const Vector<T>* values) {
                Vector<T> sum{}, squares{};
                for (int p = 0; p < M * M; ++p) {
                    if (!at.pixels[p]) continue;
                    store(at.pixels[p] + c, values[p]);
                    sum += values[p];
                    squares += values[p] * values[p];
                }
                sums_.add(at.block, c, sum, squares);
            });
        } else {
            convolve<T, M>(from, in, kernel, to, workspace_, [&](const Tile<T, M>& at, int c, const Vector<T>* values) {
                const Vector<T> scale = load(&state.affine.scale[c]), shift = load(&state.affine.shift[c]);
                for (int p = 0; p < M * M; ++p) {
                    if (!at.pixels[p]) continue;
                    Vector<T> y = scale * values[p] + shift;
                    if (added.there() && added.has(c))
                        y += load(added.at(at.n, (at.y + p / M) / stride, (at.x + p % M) / stride, c));
                    store(at.pixels[p] + c, relu<T>(y));
                }
            });
        }
    });
    if (!mode.by_batch) return;
    measured(w, unit, running, mode, elements / out, state.affine);
    normalise(target, after, count_, state.size, out, state.affine, added, workspace_.threads());
}

// Where batch norm by the batch takes the bias of the convolution out again it is not added: it moves the running mean.
template <class T>
void Network<T>::measured(const T* w, const Unit& unit, T* const* running, Mode mode, size_t pixels,
                          Affine<T>& affine) {
    const double n = double(pixels);
    for (int c = 0; c < unit.out; ++c) {
        const auto [sum, squares] = sums_.total(c);
        const double mean = sum / n, spread = squares / n - mean * mean;
        const double variance = spread < 0 ? 0 : spread;  // keeps NaN
        if (mode.moves) {
            const double bias = unit.bias < 0 ? 0 : double(w[unit.bias + c]);
            running[0][c] += T(unit.momentum * (mean + bias - double(running[0][c])));
            running[1][c] += T(unit.momentum * (variance * n / (n - 1) - double(running[1][c])));
        }
        affine.set(c, mean, variance, unit.eps, w[unit.scale + c], w[unit.shift + c]);
    }
}

template <class T>
void Network<T>::known(const T* w, const Unit& unit, T* const* running, Affine<T>& affine) {
    for (int c = 0; c < unit.out; ++c) {
        const double bias = unit.bias < 0 ? 0 : double(w[unit.bias + c]);
        affine.set(c, double(running[0][c]) - bias, double(running[1][c]), unit.eps, w[unit.scale + c],
                   w[unit.shift + c]);
    }
}

template <class T>
void Network<T>::open(int64_t i) {
    if (spare_.empty()) spare_.emplace_back();
    gradients_[i] = std::move(spare_.back());
    spare_.pop_back();
    gradients_[i].reserve(elements(i));
}

template <class T>
void Network<T>::close(int64_t i) {
    spare_.push_back(std::move(gradients_[i]));
    gradients_[i] = Buffer<T>();
}

template <class T>
T Network<T>::backward(const T* w, const T* logits, const int64_t* labels, T* gradient) {
    gradients_.resize(units_.size() + 1);
    for (size_t i = 0; i < gradients_.size(); ++i)
        if (gradients_[i].get()) close(i);  // left open where memory ended
    T loss = 0;
    for (int u = int(units_.size()) - 1; u >= 0; --u) {
        const Unit& unit = units_[u];
        if (unit.kind == Unit::LINEAR) {
            const int in = int(unit.in), out = int(unit.out), edge = size(unit.input);
            T* slope = logits_gradient_.reserve(size_t(count_) * out);
            T* features = features_gradient_.reserve(size_t(count_) * in);
            loss = cross_entropy(logits, labels, count_, out, slope);
            linear_backward(features_.get(), w + unit.weight, slope, count_, in, out, features, gradient + unit.weight,
                            gradient + unit.bias);
            open(unit.input);
            mean_pool_backward(features, count_, edge * edge, in, gradients_[unit.input].get());
        } else if (unit.kind == Unit::MAX_POOL) {
            open(unit.input);
            const size_t total = elements(unit.input);
            std::memset(gradients_[unit.input].get(), 0, total * sizeof(T));
            max_pool_backward(image(unit.input), gradients_[u + 1].get(), count_, size(unit.input),
                              channels(unit.input), gradients_[unit.input].get(), workspace_.threads());
            close(u + 1);
        } else {
            convolution_backward(w, u, gradient);
        }
    }
    return loss;
}

template <class T>
void Network<T>::convolution_backward(const T* w, int u, T* gradient) {
    const Unit& unit = units_[u];
    State& state = states_[u];
    const int in = int(unit.in), out = int(unit.out), stride = int(unit.stride);
    T* slope = gradients_[u + 1].get();
    close_relu(state.before.get(), state.after.get(), slope, count_, state.size, out, state.affine, sums_,
               workspace_.threads());
    for (int c = 0; c < out; ++c) {
        const auto [first, second] = sums_.total(c);
        gradient[unit.shift + c] = T(first);
        gradient[unit.scale + c] = T(second);
        if (unit.bias >= 0) gradient[unit.bias + c] = 0;
    }
    const ptrdiff_t pixels = ptrdiff_t(count_) * state.size * state.size;
    normalise_backward(state.before.get(), slope, pixels, out, state.affine, sums_, workspace_.threads());
    const Images<T> into{state.before.get(), count_, size(unit.input), out, stride};
    const Images<T> from{image(unit.input), count_, size(unit.input), channels(unit.input)};
    by_tile(from.size, [&](auto tile) {
        kernel_gradient<T, decltype(tile)::value>(from, in, into, workspace_, gradient + unit.weight);
    });
    if (unit.shortcut >= 0) {
        if (channels(unit.shortcut) == out && size(unit.shortcut) == state.size) {
            gradients_[unit.shortcut] = std::move(gradients_[u + 1]);
            gradients_[u + 1] = Buffer<T>();
        } else {
            open(unit.shortcut);
            T* to = gradients_[unit.shortcut].get();
            std::memset(to, 0, elements(unit.shortcut) * sizeof(T));
            shortcut_backward(slope, count_, state.size, out, shortcut(unit, to), workspace_.threads());
            close(u + 1);
        }
    } else {
        close(u + 1);
    }
    if (unit.input == 0) return;
    const bool add = gradients_[unit.input].get() != nullptr;
    if (!add) open(unit.input);
    const Images<T> target{gradients_[unit.input].get(), count_, from.size, in};
    by_tile(from.size, [&](auto tile) {
        constexpr int M = decltype(tile)::value;
        T* kernel = kernel_.reserve(size_t(M + 2) * (M + 2) * in * out);
        transform_kernel<T, M>(w + unit.weight, in, out, true, kernel, workspace_.threads());
        convolve<T, M>(into, out, kernel, target, workspace_,
                       [&](const Tile<T, M>& at, int c, const Vector<T>* values) {
                           for (int p = 0; p < M * M; ++p)
                               if (at.pixels[p])
                                   store(at.pixels[p] + c, add ? load(at.pixels[p] + c) + values[p] : values[p]);
                       });
    });
}

template class Network<float>;
template class Network<double>;
