/** The published data sets that are known by name. */
export const publishedNames = ["CIFAR-10", "CIFAR-100", "SVHN", "MNIST", "FashionMNIST"] as const;
/** The name of a published data set. */
export type PublishedName = (typeof publishedNames)[number];

/** All that are known by name; any other is a path. */
export const datasetNames = ["digits", ...publishedNames] as const;
export type DatasetName = (typeof datasetNames)[number];

/** The data set that is called so, in upper or lower case, with hyphens or without. */
export function knownName(name: string): DatasetName | undefined {
  const plain = (word: string) => word.toLowerCase().replaceAll("-", "");
  return datasetNames.find((candidate) => plain(candidate) === plain(name));
}
