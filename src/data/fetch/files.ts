import type { PublishedName } from "../names.ts";

/** A published file. */
export interface PublishedFile {
  readonly name: string;
  /** Of the whole file, in hexadecimal, as its publishers or those who have long checked it say. */
  readonly md5: string;
}

/** Where a data set is published, and which files are fetched. */
export interface Publication {
  /** What the files' names are added to. */
  readonly address: string;
  readonly files: readonly PublishedFile[];
}

const toronto = "https://www.cs.toronto.edu/~kriz";

const idxFiles = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];

function idx(...sums: readonly string[]): PublishedFile[] {
  return idxFiles.map((name, i) => ({ name: `${name}-ubyte.gz`, md5: sums[i] ?? "" }));
}

/** Of CIFAR the binary version: it needs no pickles. */
export const publications: Readonly<Record<PublishedName, Publication>> = {
  "CIFAR-10": {
    address: toronto,
    files: [{ name: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530" }],
  },
  "CIFAR-100": {
    address: toronto,
    files: [{ name: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8" }],
  },
  SVHN: {
    address: "http://ufldl.stanford.edu/housenumbers",
    files: [
      { name: "train_32x32.mat", md5: "e26dedcc434d2e4c54c9b2d4a06d8373" },
      { name: "test_32x32.mat", md5: "eb5a983be6a315427106f1b164d9cef3" },
    ],
  },
  MNIST: {
    address: "https://ossci-datasets.s3.amazonaws.com/mnist",
    files: idx(
      "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      "d53e105ee54ea40749a09fcbcd1e9432",
      "9fb629c4189551a2d022fa330f9573f3",
      "ec29112dd5afa0611ce80d1b7f02629c",
    ),
  },
  FashionMNIST: {
    address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    files: idx(
      "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "25c81989df183df01b3e8a0aad5dffbe",
      "bef4ecab320f06d8554ea6380940ec79",
      "bb300cfdad3c16e7a12a480ee83cd310",
    ),
  },
};
