// Batch norm, residual and relu in one pass over [pixels, C], and the same backward.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "parallel.h"
#include "vector.h"

// Sums over pixels for every channel, in double: first[c] and second[c], each chunk of the pixels on its own.
template <class T>
class ChannelSums {
public:
    void reset(int chunks, int channels) {
        channels_ = channels;
        stride_ = 2 * round_up(channels, GROUP) + GROUP;
        sums_.assign(size_t(chunks) * stride_, 0.0);
    }
    void add(int chunk, int c, Vector<T> first, Vector<T> second) {
        double* to = sums_.data() + size_t(chunk) * stride_ + 2 * c;
        for (int lane = 0; lane < Lanes<T>::count; ++lane) {
            to[2 * lane] += double(first[lane]);
            to[2 * lane + 1] += double(second[lane]);
        }
    }
    std::pair<double, double> total(int c) const {
        double first = 0, second = 0;
        for (size_t at = 2 * c; at < sums_.size(); at += stride_) {
            first += sums_[at];
            second += sums_[at + 1];
        }
        return {first, second};
    }
    int channels() const { return channels_; }

private:
    int channels_ = 0, stride_ = 0;
    std::vector<double> sums_;
};

// y = scale * x + shift for one forward; the inverse deviation and the mean that made them.
template <class T>
struct Affine {
    std::vector<T> scale, shift, mean, inverse;

    void resize(int channels) {
        for (auto* part : {&scale, &shift, &mean, &inverse}) part->resize(channels);
    }
    void set(int c, double mean_c, double variance, double eps, T gamma, T beta) {
        inverse[c] = T(1 / std::sqrt(variance + eps));
        mean[c] = T(mean_c);
        scale[c] = gamma * inverse[c];
        shift[c] = beta - mean[c] * scale[c];
    }
};

template <class T>
inline Vector<T> relu(Vector<T> x) {
    return x < Vector<T>{} ? Vector<T>{} : x;  // keeps NaN
}

// What is added before the relu: nothing, the same image, or every `stride`-th pixel of one with fewer channels.
template <class T>
struct Shortcut {
    T* data = nullptr;
    int size = 0, channels = 0, stride = 1, padding = 0;

    bool there() const { return data != nullptr; }
    T* row(int n, int y) const { return data + (ptrdiff_t(n) * size + y * stride) * size * channels; }
    T* at(int n, int y, int x, int c) const { return row(n, y) + x * stride * channels + c - padding; }
    bool has(int c) const { return c >= padding && c < padding + channels; }
};

// out = relu(scale * y + shift + shortcut); images of `size` pixels squared.
template <class T>
void normalise(const T* y, T* out, int count, int size, int channels, const Affine<T>& affine, Shortcut<T> shortcut,
               int threads) {
    constexpr int L = Lanes<T>::count;
    parallel_items(threads, {ptrdiff_t(count) * size, ptrdiff_t(size) * channels}, [&](ptrdiff_t item) {
        const int n = int(item / size), row = int(item % size);
        const ptrdiff_t start = item * size * channels;
        for (int c = 0; c < channels; c += L) {
            const Vector<T> scale = load(&affine.scale[c]), shift = load(&affine.shift[c]);
            const T* from = y + start + c;
            T* to = out + start + c;
            if (shortcut.there() && shortcut.has(c)) {
                const T* added = shortcut.row(n, row) + c - shortcut.padding;
                const int step = shortcut.stride * shortcut.channels;
                for (int x = 0; x < size; ++x)
                    store(to + x * channels,
                          relu<T>(scale * load(from + x * channels) + shift + load(added + x * step)));
            } else {
                for (int x = 0; x < size; ++x)
                    store(to + x * channels, relu<T>(scale * load(from + x * channels) + shift));
            }
        }
    });
}

// gradient <- gradient where the relu was open; its sum, and its sum times the normalised y, by channel.
template <class T>
void close_relu(const T* y, const T* out, T* gradient, int count, int size, int channels, const Affine<T>& affine,
                ChannelSums<T>& sums, int threads) {
    constexpr int L = Lanes<T>::count;
    const Cut rows(ptrdiff_t(count) * size, ptrdiff_t(size) * channels);
    sums.reset(rows.chunks, channels);
    parallel(threads, rows.chunks, [&](int chunk, int) {
        for (ptrdiff_t row = rows.first(chunk); row < rows.last(chunk); ++row)
            for (int c = 0; c < channels; c += L) {
                const Vector<T> mean = load(&affine.mean[c]), inverse = load(&affine.inverse[c]);
                Vector<T> first{}, second{};
                for (int x = 0; x < size; ++x) {
                    const ptrdiff_t at = (row * size + x) * channels + c;
                    const Vector<T> open = load(out + at) <= Vector<T>{} ? Vector<T>{} : load(gradient + at);
                    store(gradient + at, open);
                    first += open;
                    second += open * ((load(y + at) - mean) * inverse);
                }
                sums.add(chunk, c, first, second);
            }
    });
}

// y <- gradient of y, from that of what batch norm made of it.
template <class T>
void normalise_backward(T* y, const T* gradient, ptrdiff_t pixels, int channels, const Affine<T>& affine,
                        const ChannelSums<T>& sums, int threads) {
    constexpr int L = Lanes<T>::count;
    std::vector<T> constant(channels), slope(channels);
    for (int c = 0; c < channels; ++c) {
        const auto [first, second] = sums.total(c);
        slope[c] = T(second / double(pixels)) * affine.inverse[c];
        constant[c] = T(first / double(pixels)) - affine.mean[c] * slope[c];
    }
    parallel_items(threads, {pixels, channels}, [&](ptrdiff_t pixel) {
        for (int c = 0; c < channels; c += L) {
            const ptrdiff_t at = pixel * channels + c;
            store(y + at,
                  load(&affine.scale[c]) * (load(gradient + at) - load(&constant[c]) - load(y + at) * load(&slope[c])));
        }
    });
}

// to <- (or +=) the gradient of a shortcut.
template <class T>
void shortcut_backward(const T* gradient, int count, int size, int channels, Shortcut<T> to, int threads) {
    parallel_items(threads, {ptrdiff_t(count) * size, ptrdiff_t(size) * channels}, [&](ptrdiff_t item) {
        const int n = int(item / size), row = int(item % size);
        const T* from = gradient + (ptrdiff_t(n) * size + row) * size * channels + to.padding;
        T* into = to.row(n, row);
        for (int x = 0; x < size; ++x)
            for (int c = 0; c < to.channels; ++c) into[x * to.stride * to.channels + c] += from[x * channels + c];
    });
}
