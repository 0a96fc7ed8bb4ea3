// Parallel regions with everything that the pool knows of OpenMP, for test_regions.py.
#include <omp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

// Of each member, the thread that it ran on.
extern "C" void members(int64_t* threads) {
#pragma omp parallel
    threads[omp_get_thread_num()] = syscall(SYS_gettid);
}

// The same of members that wait for each other, and so are on as many threads.
extern "C" void members_together(int64_t count, int64_t* threads) {
#pragma omp parallel num_threads(int(count))
    {
#pragma omp barrier
        threads[omp_get_thread_num()] = syscall(SYS_gettid);
    }
}

// How often each iteration ran, forwards and backwards.
extern "C" void loops(int64_t count, int64_t* ran) {
#pragma omp parallel num_threads(3)
    {
#pragma omp for schedule(monotonic : dynamic, 4)
        for (int64_t i = 0; i < count; ++i) ran[i] += 1;
#pragma omp for schedule(monotonic : dynamic, 3) nowait
        for (int64_t i = count - 1; i >= 0; i -= 2) __atomic_add_fetch(&ran[i], 10, __ATOMIC_RELAXED);
#pragma omp for schedule(monotonic : dynamic)
        for (int64_t i = 0; i < count; ++i) __atomic_add_fetch(&ran[i], 100, __ATOMIC_RELAXED);
    }
}

// The iterations in the order in which their ordered parts ran.
extern "C" void in_order(int64_t count, int64_t* order) {
    int64_t next = 0;
#pragma omp parallel num_threads(3)
#pragma omp for schedule(monotonic : dynamic, 2) ordered
    for (int64_t i = 0; i < count; ++i) {
#pragma omp ordered
        order[next++] = i;
    }
}

// How often each section ran, and in the last place what is to run once.
extern "C" void sections(int64_t* ran) {
#pragma omp parallel num_threads(3)
    for (int turn = 0; turn < 50; ++turn) {
#pragma omp sections nowait
        {
#pragma omp section
            __atomic_add_fetch(&ran[0], 1, __ATOMIC_RELAXED);
#pragma omp section
            __atomic_add_fetch(&ran[1], 1, __ATOMIC_RELAXED);
        }
#pragma omp single nowait
        __atomic_add_fetch(&ran[2], 1, __ATOMIC_RELAXED);
    }
}

// A region inside a region: how many members each has, and whether it knows that it is inside one.
extern "C" void nested(int64_t* counts) {
#pragma omp parallel num_threads(2)
    {
        const int outer = omp_get_thread_num();
        counts[2 * outer] = omp_get_num_threads();
#pragma omp parallel num_threads(2)
        __atomic_add_fetch(&counts[2 * outer + 1], omp_get_num_threads() + 10 * omp_in_parallel(), __ATOMIC_RELAXED);
    }
}
