// The small matrix product that everything rests on: C [rows, 16] (+)= A [rows, depth] B [depth, 16].
#pragma once
#include <algorithm>

#include "vector.h"

template <class T>
constexpr int ROWS = sizeof(T) == 4 ? 6 : 3;  // as many accumulators as there are registers for

// Products that are summed in a row: sums of few, added up, round less than one of all. Of 512 channels a convolution's
// error is halved.
constexpr int RUN = 32;

template <class T, int R, bool ADD>
inline void multiply_rows(int depth, const T* a, ptrdiff_t a_row, ptrdiff_t a_depth, const T* b, ptrdiff_t b_depth,
                          T* c, ptrdiff_t c_row) {
    constexpr int L = Lanes<T>::count, W = GROUP / L;
    Vector<T> sums[R][W] = {};
    for (int d = 0; d < depth; ++d) {
        Vector<T> row[W];
#pragma GCC unroll 4
        for (int v = 0; v < W; ++v) row[v] = load(b + d * b_depth + v * L);
#pragma GCC unroll 6
        for (int r = 0; r < R; ++r) {
            const T factor = a[r * a_row + d * a_depth];
#pragma GCC unroll 4
            for (int v = 0; v < W; ++v) sums[r][v] += factor * row[v];
        }
    }
    for (int r = 0; r < R; ++r)
        for (int v = 0; v < W; ++v) {
            T* to = c + r * c_row + v * L;
            store(to, ADD ? load(to) + sums[r][v] : sums[r][v]);
        }
}

template <class T, bool ADD>
inline void multiply_run(int rows, int depth, const T* a, ptrdiff_t a_row, ptrdiff_t a_depth, const T* b,
                         ptrdiff_t b_depth, T* c, ptrdiff_t c_row) {
    constexpr int R = ROWS<T>;
    int r = 0;
    for (; r + R <= rows; r += R)
        multiply_rows<T, R, ADD>(depth, a + r * a_row, a_row, a_depth, b, b_depth, c + r * c_row, c_row);
    for (; r + 2 <= rows; r += 2)
        multiply_rows<T, 2, ADD>(depth, a + r * a_row, a_row, a_depth, b, b_depth, c + r * c_row, c_row);
    for (; r < rows; ++r)
        multiply_rows<T, 1, ADD>(depth, a + r * a_row, a_row, a_depth, b, b_depth, c + r * c_row, c_row);
}

// A's element (r, d) is a[r * a_row + d * a_depth], so that A may lie transposed.
template <class T, bool ADD>
inline void multiply(int rows, int depth, const T* a, ptrdiff_t a_row, ptrdiff_t a_depth, const T* b, ptrdiff_t b_depth,
                     T* c, ptrdiff_t c_row) {
    multiply_run<T, ADD>(rows, std::min(depth, RUN), a, a_row, a_depth, b, b_depth, c, c_row);
    for (int d = RUN; d < depth; d += RUN)
        multiply_run<T, true>(rows, std::min(depth - d, RUN), a + d * a_depth, a_row, a_depth, b + d * b_depth, b_depth,
                              c, c_row);
}
