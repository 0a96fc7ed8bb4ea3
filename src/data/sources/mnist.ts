import { AdsamError } from "../../errors.ts";
import { tensor } from "../../tensor.ts";
import type { Split } from "../dataset.ts";
import { decodeIdx } from "../formats/idx.ts";
import { greyToRgb } from "../grey.ts";
import { classIndices } from "../labels.ts";
import { greyNormalization } from "./normalizations.ts";
import type { Place } from "./place.ts";
import type { Version } from "./version.ts";

const classes = 10;

const files = {
  train: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
} as const;

/** Mean and standard deviation of the training images. */
const normalizations = { MNIST: greyNormalization(0.1307, 0.3081), FashionMNIST: greyNormalization(0.286, 0.353) };

/** Of Fashion-MNIST, as it numbers them. */
const garments = [
  ...["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"],
  ...["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
];

/**
 * MNIST (Y. LeCun, C. Cortes, C. Burges) and Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017): four files of the idx format,
 * packed by gzip or not; 28x28, grey.
 */
export const mnistVersions: readonly Version[] = (["MNIST", "FashionMNIST"] as const).map((name) => {
  const what = `the published idx files of ${name}`;
  return {
    name,
    what,
    folders: [`${name}/raw`, "raw"],
    archive: null,
    files: [...files.train, ...files.test],
    async read(place) {
      const parts = { train: await split(place, files.train), test: await split(place, files.test) };
      const named = name === "FashionMNIST" ? { classNames: garments } : {};
      const dataset = { name, classes, ...named, ...parts, normalization: normalizations[name] };
      return { format: what, dataset, remarks: ["grey: three equal channels"], leftOut: [] };
    },
  };
});

async function split(place: Place, [imageFile, labelFile]: (typeof files)["train" | "test"]): Promise<Split> {
  const images = decodeIdx(await place.read(imageFile), 3, place.pathOf(imageFile));
  const labels = decodeIdx(await place.read(labelFile), 1, place.pathOf(labelFile));
  if (images.shape[0] !== labels.shape[0]) {
    const [count, other] = [images.shape[0], labels.shape[0]];
    throw new AdsamError(
      "data",
      `${place.pathOf(labelFile)}: expected ${count} labels, as many as images, got ${other}`,
    );
  }
  classIndices(labels, classes, place.pathOf(labelFile));
  return { images: greyToRgb(images), labels: tensor(labels.data) };
}
