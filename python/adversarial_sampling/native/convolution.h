// 3x3 convolutions with padding 1 by Winograd's algorithm: forward, and both gradients.
// Images are [N, H, W, C]. Stride 2 is stride 1 of which every second pixel counts.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "multiply.h"
#include "parallel.h"
#include "winograd.h"

// Square images as the algorithm sees them: with step 2, only every second pixel of `size` is there.
template <class T>
struct Images {
    T* data;
    int count, size, channels, halved, edge;

    Images(T* data, int count, int size, int channels, int step = 1)
        : data(data), count(count), size(size), channels(channels), halved(step - 1), edge((size + step - 1) / step) {}

    T* at(int n, int y, int x) const {  // null where there is none
        if (unsigned(y) >= unsigned(size) || unsigned(x) >= unsigned(size) || ((y | x) & halved)) return nullptr;
        return data + ((ptrdiff_t(n) * edge + (y >> halved)) * edge + (x >> halved)) * channels;
    }
};

// Memory of the threads, taken before they start: what runs in parallel must not throw, and so it takes none.
template <class T>
class Workspace {
public:
    void open(int threads) {
        if (threads > int(threads_.size())) threads_.resize(threads);
        count_ = threads;
    }
    int threads() const { return count_; }

    // Of every thread, of so many elements.
    void reserve(size_t input, size_t product) {
        for (int thread = 0; thread < count_; ++thread) {
            threads_[thread].input.reserve(input);
            threads_[thread].product.reserve(product);
        }
    }
    T* input(int thread) const { return threads_[thread].input.get(); }
    T* product(int thread) const { return threads_[thread].product.get(); }
    T* sums(size_t count) { return sums_.reserve(count); }

private:
    struct Scratch {
        Buffer<T> input, product;
    };
    std::vector<Scratch> threads_;
    Buffer<T> sums_;
    int count_ = 1;
};

// Where M x M outputs belong: null pixels are none.
template <class T, int M>
struct Tile {
    int block, n, y, x;
    T* pixels[M * M];
};

// Image, and first row and column in it.
struct Place {
    int n, y, x;
};

// Tiles of M x M outputs, taken `block` at a time.
struct Tiling {
    int side, across, per_image, total, block, blocks;

    Tiling(int count, int size, int M, int channels) {
        side = M;
        across = (size + M - 1) / M;
        per_image = across * across;
        total = count * per_image;
        const int most = channels <= 32 ? 48 : channels <= 128 ? 24 : 96;
        blocks = (total + most - 1) / most;
        block = (total + blocks - 1) / blocks;
    }

    Place at(int tile) const {
        const int within = tile % per_image;
        return {tile / per_image, within / across * side, within % across * side};
    }
};

// kernel [out, in, 3, 3], or of the gradient of the input (turned, in and out exchanged), to [P][out / 16][in][16].
template <class T, int M>
void transform_kernel(const T* w, int in, int out, bool turned, T* to, int threads) {
    constexpr int F = M + 2, L = Lanes<T>::count;
    using W = Winograd<T, M>;
    const int columns = turned ? in : out, depth = turned ? out : in;
    parallel_items(threads, {ptrdiff_t(columns) / L * depth, F * F * L}, [&](ptrdiff_t item) {
        const int k = int(item / depth) * L, c = int(item % depth);
        Vector<T> taps[9], u[F * F];
        for (int tap = 0; tap < 9; ++tap)
            for (int lane = 0; lane < L; ++lane) {
                const size_t o = turned ? c : k + lane, i = turned ? k + lane : c;
                taps[tap][lane] = w[(o * in + i) * 9 + (turned ? 8 - tap : tap)];
            }
        both_axes<3, F>(taps, u, [](auto... a) { W::kernel(a...); });
        for (int f = 0; f < F * F; ++f)
            store(to + ((size_t(f) * columns / GROUP + k / GROUP) * depth + c) * GROUP + k % GROUP, u[f]);
    });
}

// The adjoint of transform_kernel, not turned.
template <class T, int M>
void gather_kernel(const T* from, int in, int out, T* gradient, int threads) {
    constexpr int F = M + 2, L = Lanes<T>::count;
    using W = Winograd<T, M>;
    parallel_items(threads, {ptrdiff_t(out) / L * in, F * F * L}, [&](ptrdiff_t item) {
        const int k = int(item / in) * L, c = int(item % in);
        Vector<T> u[F * F], taps[9];
        for (int f = 0; f < F * F; ++f)
            u[f] = load(from + ((size_t(f) * out / GROUP + k / GROUP) * in + c) * GROUP + k % GROUP);
        both_axes<F, 3>(u, taps, [](auto... a) { W::gather(a...); });
        for (int tap = 0; tap < 9; ++tap)
            for (int lane = 0; lane < L; ++lane) gradient[(size_t(k + lane) * in + c) * 9 + tap] = taps[tap][lane];
    });
}

// Gradients that are not more than rounding errors become 0. Where no pixel of the input meets one of the output these
// sums are not exactly 0 as those of the definition are, and the ascent of eps goes by the sign.
template <class T>
void clear_rounding(T* gradient, size_t count) {
    constexpr int ERROR = 8;  // in units of rounding of the largest gradient; up to 3 was seen
    T largest = 0;
    for (size_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(gradient[i]));
    const T error = largest * (ERROR * std::numeric_limits<T>::epsilon());
    for (size_t i = 0; i < count; ++i)
        if (std::abs(gradient[i]) <= error) gradient[i] = 0;
}

// The EDGE x EDGE pixels from (y, x) on, zeros where there are none, their channels [first, last) transformed and laid
// out by product.
template <class T, int EDGE, int F, class Transform>
inline void take_tile(const Images<T>& from, const Place& at, int first, int last, T* to, ptrdiff_t to_product,
                      Transform transform) {
    constexpr int L = Lanes<T>::count;
    const T* pixels[EDGE * EDGE];
    for (int i = 0; i < EDGE; ++i)
        for (int j = 0; j < EDGE; ++j) pixels[i * EDGE + j] = from.at(at.n, at.y + i, at.x + j);
    for (int c = first; c < last; c += L) {
        Vector<T> d[EDGE * EDGE], v[F * F];
        for (int p = 0; p < EDGE * EDGE; ++p) d[p] = pixels[p] ? load(pixels[p] + c) : Vector<T>{};
        both_axes<EDGE, F>(d, v, transform);
        for (int f = 0; f < F * F; ++f) store(to + f * to_product + c - first, v[f]);
    }
}

// Calls put(tile, c, values) for the channels from c on: `in_channels` of `from` meet the transformed kernel.
template <class T, int M, class Put>
void convolve(const Images<T>& from, int in_channels, const T* kernel, const Images<T>& to, Workspace<T>& workspace,
              Put put) {
    constexpr int F = M + 2, P = F * F, L = Lanes<T>::count;
    using W = Winograd<T, M>;
    const Tiling tiling(to.count, to.size, M, std::max(from.channels, to.channels));
    const ptrdiff_t in_stride = tiling.block * from.channels + GROUP, out_stride = tiling.block * to.channels + GROUP;
    const int groups = to.channels / GROUP;
    workspace.reserve(P * in_stride, P * out_stride);
    parallel(workspace.threads(), tiling.blocks, [&](int block, int thread) {
        T* v = workspace.input(thread);
        T* m = workspace.product(thread);
        const int first = block * tiling.block, count = std::min(tiling.block, tiling.total - first);
        for (int t = 0; t < count; ++t) {
            const Place place = tiling.at(first + t);
            take_tile<T, F, F>(from, {place.n, place.y - 1, place.x - 1}, 0, from.channels, v + t * from.channels,
                               in_stride, [](auto... a) { W::input(a...); });
        }
        for (int f = 0; f < P; ++f)
            for (int g = 0; g < groups; ++g)
                multiply<T, false>(count, in_channels, v + f * in_stride, from.channels, 1,
                                   kernel + (size_t(f) * groups + g) * in_channels * GROUP, GROUP,
                                   m + f * out_stride + g * GROUP, to.channels);
        for (int t = 0; t < count; ++t) {
            const auto [n, y, x] = tiling.at(first + t);
            Tile<T, M> at{block, n, y, x, {}};
            for (int i = 0; i < M; ++i)
                for (int j = 0; j < M; ++j) at.pixels[i * M + j] = to.at(n, y + i, x + j);
            for (int c = 0; c < to.channels; c += L) {
                Vector<T> d[P], out[M * M];
                for (int f = 0; f < P; ++f) d[f] = load(m + f * out_stride + t * to.channels + c);
                both_axes<F, M>(d, out, [](auto... a) { W::output(a...); });
                put(at, c, out);
            }
        }
    });
}

// How the gradient of a kernel is cut. Parts of the tiles have sums of their own, which are added up: for large kernels
// that is too much memory, and each range of the output's channels transforms the input again instead.
struct Shares {
    int parts, ranges, channels;

    Shares(int tiles, int out) {
        constexpr int LARGE = 256, RANGES = 4, TILES = 200, MOST_PARTS = 16;
        ranges = out >= LARGE ? RANGES : 1;
        parts = out >= LARGE ? 1 : std::clamp(tiles / TILES, 2, MOST_PARTS);
        channels = out / ranges;
    }
};

// gradient [out, in, 3, 3] of the kernel, from the input and the gradient of the output.
template <class T, int M>
void kernel_gradient(const Images<T>& input, int in_channels, const Images<T>& output, Workspace<T>& workspace,
                     T* gradient) {
    constexpr int F = M + 2, P = F * F;
    using W = Winograd<T, M>;
    const Tiling tiling(output.count, output.size, M, std::max(input.channels, output.channels));
    const Shares shares(tiling.total, output.channels);
    const ptrdiff_t in_stride = tiling.block * input.channels + GROUP;
    const ptrdiff_t out_stride = tiling.block * shares.channels + GROUP;
    const int groups = output.channels / GROUP, groups_of_range = shares.channels / GROUP;
    const size_t block = size_t(in_channels) * GROUP, size = P * groups * block;
    workspace.reserve(P * in_stride, P * out_stride);
    T* sums = workspace.sums(shares.parts * size);
    parallel(workspace.threads(), shares.parts * shares.ranges, [&](int chunk, int thread) {
        const int part = chunk / shares.ranges, range = chunk % shares.ranges;
        const int from = int(int64_t(tiling.total) * part / shares.parts);
        const int to = int(int64_t(tiling.total) * (part + 1) / shares.parts);
        T* v = workspace.input(thread);
        T* m = workspace.product(thread);
        for (int first = from; first < to; first += tiling.block) {
            const int count = std::min(tiling.block, to - first);
            for (int t = 0; t < count; ++t) {
                const Place place = tiling.at(first + t);
                take_tile<T, F, F>(input, {place.n, place.y - 1, place.x - 1}, 0, input.channels,
                                   v + t * input.channels, in_stride, [](auto... a) { W::input(a...); });
                take_tile<T, M, F>(output, place, range * shares.channels, (range + 1) * shares.channels,
                                   m + t * shares.channels, out_stride, [](auto... a) { W::spread(a...); });
            }
            for (int f = 0; f < P; ++f)
                for (int g = 0; g < groups_of_range; ++g) {
                    T* sum = sums + part * size + (size_t(f) * groups + range * groups_of_range + g) * block;
                    const T *a = v + f * in_stride, *b = m + f * out_stride + g * GROUP;
                    if (first == from)
                        multiply<T, false>(in_channels, count, a, 1, input.channels, b, shares.channels, sum, GROUP);
                    else
                        multiply<T, true>(in_channels, count, a, 1, input.channels, b, shares.channels, sum, GROUP);
                }
        }
    });
    if (shares.parts > 1)
        parallel_items(workspace.threads(), {ptrdiff_t(size / GROUP), shares.parts * GROUP}, [&](ptrdiff_t row) {
            for (int part = 1; part < shares.parts; ++part)
                for (int i = 0; i < GROUP; ++i) sums[row * GROUP + i] += sums[part * size + row * GROUP + i];
        });
    gather_kernel<T, M>(sums, in_channels, output.channels, gradient, workspace.threads());
    clear_rounding(gradient, size_t(in_channels) * output.channels * 9);
}
