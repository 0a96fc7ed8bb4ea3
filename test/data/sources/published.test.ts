import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadDataset } from "../../../src/data/index.ts";
import { understand } from "../../../src/data/understand.ts";
import { temporaryFolder } from "../../temporary.ts";
import { writeAll } from "../picture-files.ts";
import { runPython } from "./python.ts";

/** Two images a batch: the first pixels count up, the label is the batch's number. */
const cifarPython = (protocol: number, bytesKeys: boolean) => `
import numpy as np, pickle, tarfile, io
key = (lambda text: text.encode()) if ${bytesKeys ? "True" : "False"} else (lambda text: text)
def batch(number):
    data = (np.arange(2 * 3072) % 251 + number).astype(np.uint8).reshape(2, 3072)
    return {key("batch_label"): key("a batch"), key("labels"): [number, 9 - number], key("data"): data, key("filenames"): ["a.png", "b.png"]}
files = {f"data_batch_{n}": batch(n) for n in range(1, 6)}
files["test_batch"] = batch(0)
files["batches.meta"] = {key("label_names"): [key(f"class{n}") for n in range(10)], key("num_vis"): 3072}
with tarfile.open("cifar-10-python.tar.gz", "w:gz") as archive:
    for name, content in files.items():
        content = pickle.dumps(content, protocol=${protocol})
        entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
`;

test.each([
  [2, false],
  [2, true],
  [4, false],
  [4, true],
])(
  "the Python version of CIFAR-10, in pickles of protocol %d, as an archive and unpacked",
  async (protocol, bytesKeys) => {
    const folder = await temporaryFolder();
    runPython(cifarPython(protocol, bytesKeys), folder);
    const { dataset, format } = await understand(join(folder, "cifar-10-python.tar.gz"));
    expect(format).toBe("the published Python version of CIFAR-10");
    expect(dataset).toMatchObject({ name: "CIFAR-10", classes: 10, normalization: { mean: [0.485, 0.456, 0.406] } });
    expect(dataset.classNames?.[9]).toBe("class9");
    expect([...dataset.train.labels.data]).toEqual([1, 8, 2, 7, 3, 6, 4, 5, 5, 4]);
    expect([...dataset.train.images.data.subarray(3072 * 2, 3072 * 2 + 3)]).toEqual([2, 3, 4]);
    expect(dataset.test.images.shape).toEqual([2, 3, 32, 32]);
    expect(await loadDataset("cifar10", { folder })).toEqual(dataset);
    runPython("import tarfile; tarfile.open('cifar-10-python.tar.gz').extractall('.')", folder);
    await rm(join(folder, "cifar-10-python.tar.gz"));
    expect(await loadDataset(folder)).toEqual(dataset);
    expect(await loadDataset("CIFAR-10", { folder: join(folder, "cifar-10-batches-py") })).toEqual(dataset);
  },
);

async function withBatch(content: string): Promise<string> {
  const folder = await temporaryFolder();
  runPython(
    `${cifarPython(2, false)}\nimport os\nfor name, value in files.items():\n    pickle.dump(value, open(name, "wb"))\n${content}`,
    folder,
  );
  await rm(join(folder, "cifar-10-python.tar.gz"));
  return folder;
}

test("a pickle that would run code is not run", async () => {
  const folder = await withBatch(`
class Evil:
    def __reduce__(self):
        return (os.system, ("touch ran",))
pickle.dump({"data": Evil(), "labels": []}, open("data_batch_3", "wb"))`);
  await expect(loadDataset(folder)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(
      /data_batch_3: it holds (posix|os)\.system, a Python object that could run code .* nothing in it was executed$/,
    ),
  });
  await expect(readFile(join(folder, "ran"))).rejects.toThrow();
});

test.each<[string, string, RegExp]>([
  ["a list", 'pickle.dump([1], open("test_batch", "wb"))', /test_batch: expected a pickled dictionary, got a list$/],
  [
    "other keys",
    'pickle.dump({"x": 1}, open("test_batch", "wb"))',
    /expected data of uint8 \[N, 3072\] and labels, got x$/,
  ],
  [
    "floats",
    'pickle.dump({"data": np.zeros((2, 3072)), "labels": [0, 1]}, open("test_batch", "wb"))',
    /expected data of uint8/,
  ],
  [
    "fewer labels",
    'pickle.dump({"data": np.zeros((2, 3072), np.uint8), "labels": [0]}, open("test_batch", "wb"))',
    /2 images of 6144 bytes have 1 labels$/,
  ],
  [
    "a label that is no class",
    'pickle.dump({"data": np.zeros((1, 3072), np.uint8), "labels": [10]}, open("test_batch", "wb"))',
    /the label of record 0 is 10, expected 0 to 9$/,
  ],
  [
    "half a batch",
    'open("test_batch", "wb").write(pickle.dumps(batch(1), 2)[:3000])',
    /test_batch is damaged: it ends at byte 3000$/,
  ],
])("a batch of %s", async (_, content, message) => {
  await expect(loadDataset(await withBatch(content))).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(message),
  });
});

test("an archive that is cut short, packed or not, and one of something else", async () => {
  const folder = await temporaryFolder();
  runPython(cifarPython(2, false), folder);
  const path = join(folder, "cifar-10-python.tar.gz");
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, whole.length - 100));
  await expect(loadDataset(path)).rejects.toMatchObject({
    code: "data",
    message: expect.stringMatching(/is damaged: expected a whole gzip file, got unexpected end of file$/),
  });
  await expect(loadDataset("CIFAR-10", { folder })).rejects.toMatchObject({ code: "data" });
  runPython(
    "import tarfile, io\nwith tarfile.open('other.tar', 'w') as a:\n  t = tarfile.TarInfo('x'); t.size = 3000; a.addfile(t, io.BytesIO(bytes(3000)))",
    folder,
  );
  const tar = join(folder, "other.tar");
  await expect(loadDataset(tar)).rejects.toMatchObject({
    message: `${tar}: expected an archive of CIFAR-10 or CIFAR-100`,
  });
  await writeFile(tar, (await readFile(tar)).subarray(0, 2000));
  await expect(loadDataset(tar)).rejects.toMatchObject({
    message: expect.stringMatching(/is damaged at byte 2000 .*: expected a tar archive$/),
  });
  await writeFile(tar, Buffer.from("no archive"));
  await expect(loadDataset(tar)).rejects.toMatchObject({
    code: "data",
    message: expect.stringContaining("is damaged at byte 0"),
  });
});

/** An idx file of bytes. */
const idx = (shape: readonly number[], bytes: Uint8Array) =>
  Buffer.concat([
    Uint8Array.of(0, 0, 8, shape.length),
    ...shape.map((n) => Uint8Array.of(n >> 24, n >> 16, n >> 8, n)),
    bytes,
  ]);

const mnist = (count: number) => ({
  images: idx(
    [count, 4, 4],
    Uint8Array.from({ length: count * 16 }, (_, i) => i),
  ),
  labels: idx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  ),
});

const mnistFiles = (pack: (bytes: Uint8Array) => Uint8Array, ending: string) => ({
  [`train-images-idx3-ubyte${ending}`]: pack(mnist(11).images),
  [`train-labels-idx1-ubyte${ending}`]: pack(mnist(11).labels),
  [`t10k-images-idx3-ubyte${ending}`]: pack(mnist(2).images),
  [`t10k-labels-idx1-ubyte${ending}`]: pack(mnist(2).labels),
});

test.each([
  ["packed", gzipSync, ".gz"],
  ["unpacked", (bytes: Uint8Array) => bytes, ""],
])("MNIST's and Fashion-MNIST's files, %s", async (_, pack, ending) => {
  const folder = await writeAll(await temporaryFolder(), mnistFiles(pack, ending));
  const found = await loadDataset(folder);
  expect(found).toMatchObject({ name: "MNIST", classes: 10, normalization: { mean: [0.1307, 0.1307, 0.1307] } });
  expect([found.train.images.shape, found.test.images.shape]).toEqual([
    [11, 3, 4, 4],
    [2, 3, 4, 4],
  ]);
  expect([...found.train.labels.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
  expect([...found.train.images.data.subarray(48, 50)]).toEqual([16, 17]);
  expect(await loadDataset("fashion-mnist", { folder })).toMatchObject({
    name: "FashionMNIST",
    classNames: expect.arrayContaining(["Bag"]),
  });
  const fashion = join(
    await writeAll(
      await temporaryFolder(),
      Object.fromEntries(Object.entries(mnistFiles(pack, ending)).map(([name, file]) => [`fashion/${name}`, file])),
    ),
    "fashion",
  );
  expect((await loadDataset(fashion)).name).toBe("FashionMNIST");
});

test.each<[string, Record<string, Uint8Array>, RegExp]>([
  [
    "cut short",
    { "t10k-images-idx3-ubyte": mnist(2).images.subarray(0, 40) },
    /expected 32 bytes for \[2,4,4\], got 24$/,
  ],
  ["of other axes", { "t10k-images-idx3-ubyte": mnist(2).labels }, /expected an idx file of bytes with 3 axes/],
  ["with fewer labels", { "t10k-labels-idx1-ubyte": mnist(1).labels }, /expected 2 labels, as many as images, got 1$/],
  [
    "with a label that is no class",
    { "t10k-labels-idx1-ubyte": idx([2], Uint8Array.of(1, 10)) },
    /label 1 is 10, expected 0 to 9$/,
  ],
])("an idx file %s", async (_, changed, message) => {
  const folder = await writeAll(await temporaryFolder(), { ...mnistFiles((bytes) => bytes, ""), ...changed });
  await expect(loadDataset(folder)).rejects.toMatchObject({ code: "data", message: expect.stringMatching(message) });
});

/** SVHN's files as MATLAB writes them, X column by column. */
const svhn = (label = "np.array([[10], [1], [3]], np.uint8)", packed = true) => `
import numpy as np, struct, zlib
def element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)
def matrix(name, array, cls, kind):
    body = element(6, struct.pack("<II", cls, 0)) + element(5, np.array(array.shape, "<i4").tobytes())
    body += struct.pack("<HH", 1, len(name)) + name.encode().ljust(4, b"\\0") + element(kind, array.tobytes(order="F"))
    whole = element(14, body)
    return struct.pack("<II", 15, len(zlib.compress(whole))) + zlib.compress(whole) if ${packed ? "True" : "False"} else whole
header = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
X = (np.arange(32 * 32 * 3 * 3).reshape(32, 32, 3, 3) % 251).astype(np.uint8)
y = ${label}
content = header + matrix("X", X, 9, 2) + matrix("y", y, 9 if y.dtype == np.uint8 else 6, 2 if y.dtype == np.uint8 else 9)
for name in ("train", "test"):
    open(f"{name}_32x32.mat", "wb").write(content)
`;

test.each([
  ["packed", svhn()],
  ["not packed, labels of double precision", svhn("np.array([[10.], [1.], [3.]])", false)],
])("SVHN's MATLAB files, %s", async (_, program) => {
  const folder = await temporaryFolder();
  runPython(program, folder);
  const { name, classes, train } = await loadDataset(folder);
  expect([name, classes, train.images.shape, [...train.labels.data]]).toEqual(["SVHN", 10, [3, 3, 32, 32], [0, 1, 3]]);
  // X[row, column, channel, image] = (((row * 32 + column) * 3 + channel) * 3 + image) % 251
  const at = (image: number, channel: number, row: number, column: number) =>
    train.images.data[((image * 3 + channel) * 32 + row) * 32 + column];
  for (const [image, channel, row, column] of [
    [0, 0, 0, 1],
    [1, 2, 3, 4],
    [2, 1, 31, 30],
  ] as const) {
    expect(at(image, channel, row, column)).toBe((((row * 32 + column) * 3 + channel) * 3 + image) % 251);
  }
});

test.each<[string, string, RegExp]>([
  ["a label of 0", svhn("np.array([[0], [1], [3]], np.uint8)"), /y\[0\] is 0, expected 1 to 10$/],
  ["fewer labels", svhn("np.array([[1], [3]], np.uint8)"), /expected 3 labels, got 2$/],
  [
    "half of it",
    `${svhn()}\nopen("test_32x32.mat", "wb").write(content[:-200])`,
    /test_32x32\.mat is damaged: expected whole arrays of MATLAB$/,
  ],
  [
    "version 7.3",
    `${svhn()}\nopen("test_32x32.mat", "wb").write(b"MATLAB 7.3 MAT-file".ljust(600))`,
    /got one of version 7\.3$/,
  ],
])("a MATLAB file with %s", async (_, program, message) => {
  const folder = await temporaryFolder();
  runPython(program, folder);
  await expect(loadDataset(folder)).rejects.toMatchObject({ code: "data", message: expect.stringMatching(message) });
});

test("a folder of several data sets asks for a name", async () => {
  const folder = await writeAll(await temporaryFolder(), mnistFiles(gzipSync, ".gz"));
  runPython(cifarPython(2, false), folder);
  await expect(loadDataset(folder)).rejects.toMatchObject({
    code: "usage",
    message: `${folder} holds CIFAR-10 and MNIST`,
  });
  expect((await loadDataset("MNIST", { folder })).name).toBe("MNIST");
});

test("pictures in folders called train and test are no CIFAR-100", async () => {
  const folder = await writeAll(await temporaryFolder(), { "train/x": "", "test/x": "" });
  await expect(loadDataset(folder)).rejects.toMatchObject({
    message: expect.stringContaining("expected a folder of pictures for each"),
  });
});
