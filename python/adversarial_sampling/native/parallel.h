// Work in chunks, which threads take one after another. Numbers may depend on how work is cut, and not on who does a
// chunk: then they are the same for any number of threads, and beside anything else that the machine does.
#pragma once
#include <algorithm>
#include <cstddef>

#include "pool.h"

// body(chunk, thread) for every chunk, thread < threads. It must not throw.
template <class Body>
void parallel(int threads, int chunks, const Body& body) {
    const auto call = [](const void* of, int chunk, int thread) { (*static_cast<const Body*>(of))(chunk, thread); };
    Pool::instance().run({call, &body, chunks, threads, false});
}

// Items cut into chunks of about as much work each.
struct Cut {
    ptrdiff_t items;
    int chunks;

    // work: of one item, in elements read or written.
    Cut(ptrdiff_t items, ptrdiff_t work) : items(items) {
        constexpr ptrdiff_t LEAST_WORK = 8192, MOST_CHUNKS = 64;
        const ptrdiff_t worthwhile = std::max<ptrdiff_t>(1, items * work / LEAST_WORK);
        chunks = int(std::min({items, worthwhile, MOST_CHUNKS}));
    }
    ptrdiff_t first(int chunk) const { return items * chunk / chunks; }
    ptrdiff_t last(int chunk) const { return first(chunk + 1); }
};

// body(item) for every item.
template <class Body>
void parallel_items(int threads, const Cut& cut, const Body& body) {
    parallel(threads, cut.chunks, [&](int chunk, int) {
        for (ptrdiff_t item = cut.first(chunk); item < cut.last(chunk); ++item) body(item);
    });
}
