/** The name of a published data set. */
export type PublishedName = "CIFAR-10" | "CIFAR-100" | "SVHN" | "MNIST" | "FashionMNIST";
/** All of them. */
export const publishedNames: readonly PublishedName[] = ["CIFAR-10", "CIFAR-100", "SVHN", "MNIST", "FashionMNIST"];

/** All that are known by name; any other is a path. */
export const datasetNames: readonly ("digits" | PublishedName)[] = ["digits", ...publishedNames];
export type DatasetName = (typeof datasetNames)[number];

/** The data set that is called so, in upper or lower case, with hyphens or without. */
export function knownName(name: string): DatasetName | undefined {
  const plain = (word: string) => word.toLowerCase().replaceAll("-", "");
  return datasetNames.find((candidate) => plain(candidate) === plain(name));
}
