import type { Dataset } from "./dataset.ts";
import type { LoadDatasetOptions } from "./load-options.ts";
import { understand } from "./understand.ts";

/**
 * A data set by its name (upper or lower case): digits, which comes with the package; CIFAR-10, CIFAR-100, SVHN, MNIST and
 * FashionMNIST, as they are published; or from a path of one's own:
 * - a folder or archive of a published data set;
 * - a folder with a folder of pictures for each class, or `train` and `test` with such folders;
 * - a `.safetensors` or `.npz` file of `images` and `labels`, or of `train_images`, `train_labels`, `test_images` and
 *   `test_labels`: uint8 or float32, [N, 3, H, W], [N, H, W, 3], or grey [N, H, W]; whole numbers [N]. As metadata a
 *   safetensors file holds `classes` and `normalization`, where they are not to be guessed;
 * - a `.csv` file with a column `label`, whose other numbers make an image of the option `shape`.
 * @throws AdsamError `usage` for an unknown name, and for a folder where none is read; `file` when files are missing, `data`
 *   when they are damaged or do not hold a data set; `environment` for pictures without the package sharp.
 */
export async function loadDataset(name: string, options: LoadDatasetOptions = {}): Promise<Dataset> {
  return (await understand(name, options)).dataset;
}
