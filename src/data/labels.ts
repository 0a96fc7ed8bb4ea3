import { AdsamError } from "../errors.ts";
import { kindOf, type Tensor, tensor } from "../tensor.ts";

/**
 * Labels [N], of any integer dtype, as numbers, each below `classes`.
 * @param what names the labels in messages.
 * @throws AdsamError `data` for another shape or dtype, and for the first label that is no class.
 */
export function classIndices(labels: Tensor, classes: number, what = "labels"): number[] {
  const indices = wholeNumbers(labels, what);
  const bad = indices.findIndex((label) => label < 0 || label >= classes);
  if (bad >= 0) {
    throw new AdsamError("data", `${what}: label ${bad} is ${labels.data[bad]}, expected 0 to ${classes - 1}`);
  }
  return indices;
}

/** Classes [N], in the smallest dtype that data sets have for as many of them. */
export function labelTensor(labels: readonly number[], classes: number): Tensor {
  return tensor(classes <= 256 ? Uint8Array.from(labels) : BigInt64Array.from(labels, BigInt));
}

/**
 * The number of classes that nobody has stated: the highest label of the training images and one, where each class below
 * it has images to train on and the test images know no other.
 * @throws AdsamError `data` that names the label that is out of line: one wrong label would make a network of as many classes.
 */
export function classesIn(train: Tensor, test: Tensor, path: string): number {
  const known = new Map<number, number>();
  for (const [image, label] of wholeNumbers(train, `${path}: train_labels`).entries()) {
    if (!known.has(label)) known.set(label, image);
  }
  let classes = 0;
  while (known.has(classes)) classes++;
  const beyond = [...known].find(([label]) => label < 0 || label >= classes);
  if (beyond !== undefined) throw outOfLine(`${path}: train_labels[${beyond[1]}]`, beyond[0], classes);
  const unknown = wholeNumbers(test, `${path}: test_labels`).findIndex((label) => label < 0 || label >= classes);
  if (unknown >= 0) throw outOfLine(`${path}: test_labels[${unknown}]`, Number(test.data[unknown]), classes);
  return classes;
}

function outOfLine(where: string, label: number, missing: number): AdsamError {
  const none = `and no training image is of class ${missing}`;
  return new AdsamError("data", `${where} is ${label}, ${label < 0 ? "expected 0 or more" : none}`, {
    suggestion: 'correct the label, or state the number of classes as the file\'s metadata "classes"',
  });
}

function wholeNumbers({ shape, dtype, data }: Tensor, what: string): number[] {
  if (shape.length !== 1) throw new AdsamError("data", `${what}: expected shape [N], got [${shape}]`);
  if (kindOf(dtype) !== "integer") {
    throw new AdsamError("data", `${what}: expected integers, got ${dtype}`, {
      suggestion: "store the number of each image's class, from 0 on",
    });
  }
  return Array.from<number | bigint, number>(data, Number);
}
