// Winograd's minimal filtering F(M, 3) in one dimension: M outputs of a 3-tap filter from M + 2 products.
// Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
//
// With B^T (input), G (kernel) and A^T (output) of the interpolation points 0, +-a, +-b and infinity:
//     output = A^T [(G kernel) * (B^T input)]
// and the gradient of the kernel is  G^T [(A gradient) * (B^T input)].
#pragma once

template <class T, int M>
struct Winograd;

template <class T>
struct Winograd<T, 2> {  // points 0, 1, -1, infinity
    template <class V>
    static void input(const V* d, int step, V* out) {
        out[0] = d[2 * step] - d[0];
        out[1] = d[2 * step] + d[step];
        out[2] = d[2 * step] - d[step];
        out[3] = d[3 * step] - d[step];
    }
    template <class V>
    static void output(const V* m, int step, V* out) {
        out[0] = m[0] + m[step] + m[2 * step];
        out[1] = m[step] - m[2 * step] + m[3 * step];
    }
    template <class V>
    static void spread(const V* g, int step, V* out) {
        out[0] = g[0];
        out[1] = g[0] + g[step];
        out[2] = g[0] - g[step];
        out[3] = g[step];
    }
    template <class V>
    static void kernel(const V* w, int step, V* out) {
        const V even = (w[0] + w[2 * step]) * T(0.5), odd = w[step] * T(0.5);
        out[0] = -w[0];
        out[1] = even + odd;
        out[2] = even - odd;
        out[3] = w[2 * step];
    }
    template <class V>
    static void gather(const V* u, int step, V* out) {
        const V even = (u[step] + u[2 * step]) * T(0.5), odd = (u[step] - u[2 * step]) * T(0.5);
        out[0] = even - u[0];
        out[1] = odd;
        out[2] = even + u[3 * step];
    }
};

template <class T>
struct Winograd<T, 4> {  // points 0, +-a, +-b, infinity
    // Half the rounding error of the usual points 1 and 2, whose powers lie further apart, and exact in binary.
    static constexpr T a = T(0.75), b = T(1.5), a2 = a * a, b2 = b * b;
    static constexpr T at_a = 1 / (2 * a2 * (a2 - b2)), at_b = 1 / (2 * b2 * (b2 - a2));
    static constexpr T at_0 = 1 / (a2 * b2);

    template <class V>
    static void input(const V* d, int s, V* out) {
        const V even_a = d[4 * s] - b2 * d[2 * s], odd_a = a * (d[3 * s] - b2 * d[s]);
        const V even_b = d[4 * s] - a2 * d[2 * s], odd_b = b * (d[3 * s] - a2 * d[s]);
        out[0] = (a2 * b2) * d[0] - (a2 + b2) * d[2 * s] + d[4 * s];
        out[1] = even_a + odd_a;
        out[2] = even_a - odd_a;
        out[3] = even_b + odd_b;
        out[4] = even_b - odd_b;
        out[5] = (a2 * b2) * d[s] - (a2 + b2) * d[3 * s] + d[5 * s];
    }
    template <class V>
    static void output(const V* m, int s, V* out) {
        const V sum_a = m[s] + m[2 * s], difference_a = a * (m[s] - m[2 * s]);
        const V sum_b = m[3 * s] + m[4 * s], difference_b = b * (m[3 * s] - m[4 * s]);
        out[0] = m[0] + sum_a + sum_b;
        out[1] = difference_a + difference_b;
        out[2] = a2 * sum_a + b2 * sum_b;
        out[3] = a2 * difference_a + b2 * difference_b + m[5 * s];
    }
    template <class V>
    static void spread(const V* g, int s, V* out) {
        const V even_a = g[0] + a2 * g[2 * s], odd_a = a * (g[s] + a2 * g[3 * s]);
        const V even_b = g[0] + b2 * g[2 * s], odd_b = b * (g[s] + b2 * g[3 * s]);
        out[0] = g[0];
        out[1] = even_a + odd_a;
        out[2] = even_a - odd_a;
        out[3] = even_b + odd_b;
        out[4] = even_b - odd_b;
        out[5] = g[3 * s];
    }
    template <class V>
    static void kernel(const V* w, int s, V* out) {
        const V even_a = at_a * (w[0] + a2 * w[2 * s]), odd_a = (at_a * a) * w[s];
        const V even_b = at_b * (w[0] + b2 * w[2 * s]), odd_b = (at_b * b) * w[s];
        out[0] = at_0 * w[0];
        out[1] = even_a + odd_a;
        out[2] = even_a - odd_a;
        out[3] = even_b + odd_b;
        out[4] = even_b - odd_b;
        out[5] = w[2 * s];
    }
    template <class V>
    static void gather(const V* u, int s, V* out) {
        const V even_a = at_a * (u[s] + u[2 * s]), odd_a = (at_a * a) * (u[s] - u[2 * s]);
        const V even_b = at_b * (u[3 * s] + u[4 * s]), odd_b = (at_b * b) * (u[3 * s] - u[4 * s]);
        out[0] = at_0 * u[0] + even_a + even_b;
        out[1] = odd_a + odd_b;
        out[2] = a2 * even_a + b2 * even_b + u[5 * s];
    }
};

// A one-dimensional transform applied to the columns and then to the rows of a square.
template <int FROM, int TO, class V, class Transform>
inline void both_axes(const V* in, V* out, Transform transform) {
    V half[FROM * TO], column[TO];
    for (int x = 0; x < FROM; ++x) {
        transform(in + x, FROM, column);
        for (int y = 0; y < TO; ++y) half[y * FROM + x] = column[y];
    }
    for (int y = 0; y < TO; ++y) transform(half + y * FROM, 1, out + y * TO);
}
