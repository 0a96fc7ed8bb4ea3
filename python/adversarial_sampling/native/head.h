// The end of a network: pooling, the linear layer and the cross-entropy.
#pragma once
#include <algorithm>
#include <cmath>

#include "parallel.h"
#include "vector.h"

// Mean over the pixels of each image: [N, pixels, C] to [N, C].
template <class T>
void mean_pool(const T* in, int count, int pixels, int channels, T* out) {
    for (int n = 0; n < count; ++n) {
        T* to = out + ptrdiff_t(n) * channels;
        std::fill(to, to + channels, T(0));
        for (int p = 0; p < pixels; ++p)
            for (int c = 0; c < channels; ++c) to[c] += in[(ptrdiff_t(n) * pixels + p) * channels + c];
        for (int c = 0; c < channels; ++c) to[c] /= T(pixels);
    }
}

template <class T>
void mean_pool_backward(const T* gradient, int count, int pixels, int channels, T* to) {
    for (int n = 0; n < count; ++n)
        for (int p = 0; p < pixels; ++p)
            for (int c = 0; c < channels; ++c)
                to[(ptrdiff_t(n) * pixels + p) * channels + c] = gradient[ptrdiff_t(n) * channels + c] / T(pixels);
}

// Largest of 2 x 2 pixels: [N, size, size, C] to [N, size / 2, size / 2, C].
template <class T>
void max_pool(const T* in, int count, int size, int channels, T* out, int threads) {
    const int half = size / 2;
    parallel_items(threads, {ptrdiff_t(count) * half, ptrdiff_t(2) * size * channels}, [&](ptrdiff_t item) {
        const ptrdiff_t n = item / half, y = item % half;
        for (int x = 0; x < half; ++x) {
            const T* from = in + ((ptrdiff_t(n) * size + 2 * y) * size + 2 * x) * channels;
            const ptrdiff_t offsets[4] = {0, channels, ptrdiff_t(size) * channels, ptrdiff_t(size + 1) * channels};
            T* to = out + ((ptrdiff_t(n) * half + y) * half + x) * channels;
            for (int c = 0; c < channels; ++c) {
                T best = from[c];
                for (int i = 1; i < 4; ++i) {
                    const T value = from[offsets[i] + c];
                    best = value > best || std::isnan(value) ? value : best;
                }
                to[c] = best;
            }
        }
    });
}

// To the first of the largest pixels.
template <class T>
void max_pool_backward(const T* in, const T* gradient, int count, int size, int channels, T* to, int threads) {
    const int half = size / 2;
    parallel_items(threads, {ptrdiff_t(count) * half, ptrdiff_t(2) * size * channels}, [&](ptrdiff_t item) {
        const ptrdiff_t n = item / half, y = item % half;
        for (int x = 0; x < half; ++x) {
            const ptrdiff_t at = ((ptrdiff_t(n) * size + 2 * y) * size + 2 * x) * channels;
            const ptrdiff_t offsets[4] = {0, channels, ptrdiff_t(size) * channels, ptrdiff_t(size + 1) * channels};
            const T* from = gradient + ((ptrdiff_t(n) * half + y) * half + x) * channels;
            for (int c = 0; c < channels; ++c) {
                int best = 0;
                for (int i = 1; i < 4; ++i)
                    if (in[at + offsets[i] + c] > in[at + offsets[best] + c]) best = i;
                for (int i = 0; i < 4; ++i) to[at + offsets[i] + c] = i == best ? from[c] : T(0);
            }
        }
    });
}

// [N, in] to [N, out]; weight [out, in].
template <class T>
void linear(const T* x, const T* weight, const T* bias, int count, int in, int out, T* y) {
    for (int n = 0; n < count; ++n)
        for (int o = 0; o < out; ++o) {
            T sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int i = 0; i < in; ++i) sum += x[ptrdiff_t(n) * in + i] * weight[ptrdiff_t(o) * in + i];
            y[ptrdiff_t(n) * out + o] = sum + bias[o];
        }
}

// Gradients of the weight and the bias are written, that of x too.
template <class T>
void linear_backward(const T* x, const T* weight, const T* gradient, int count, int in, int out, T* to_x, T* to_weight,
                     T* to_bias) {
    std::fill(to_weight, to_weight + ptrdiff_t(in) * out, T(0));
    std::fill(to_bias, to_bias + out, T(0));
    std::fill(to_x, to_x + ptrdiff_t(count) * in, T(0));
    for (int n = 0; n < count; ++n)
        for (int o = 0; o < out; ++o) {
            const T g = gradient[ptrdiff_t(n) * out + o];
            to_bias[o] += g;
            for (int i = 0; i < in; ++i) {
                to_x[ptrdiff_t(n) * in + i] += g * weight[ptrdiff_t(o) * in + i];
                to_weight[ptrdiff_t(o) * in + i] += g * x[ptrdiff_t(n) * in + i];
            }
        }
}

// Mean of -log softmax(logits)[label]; its gradient [N, classes].
template <class T>
T cross_entropy(const T* logits, const int64_t* labels, int count, int classes, T* gradient) {
    double total = 0;
    for (int n = 0; n < count; ++n) {
        const T* row = logits + ptrdiff_t(n) * classes;
        T* to = gradient + ptrdiff_t(n) * classes;
        const T most = *std::max_element(row, row + classes);
        double sum = 0;
        for (int k = 0; k < classes; ++k) sum += std::exp(double(row[k]) - double(most));
        total += std::log(sum) - (double(row[labels[n]]) - double(most));
        for (int k = 0; k < classes; ++k)
            to[k] = T((std::exp(double(row[k]) - double(most)) / sum - (k == labels[n])) / count);
    }
    return T(total / count);
}
