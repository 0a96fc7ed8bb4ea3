// What Python calls. Every function answers 0, or 1 when memory ran out.
#include "network.h"

namespace {
template <class Call>
int guarded(Call call) {
    try {
        call();
        return 0;
    } catch (const std::bad_alloc&) {
        return 1;
    }
}
}  // namespace

#define EXPORT(T, NAME)                                                                                                \
    extern "C" void* NAME##_open(const Unit* units, int64_t count) { return new Network<T>(units, int(count)); }       \
    extern "C" void NAME##_close(void* network) { delete static_cast<Network<T>*>(network); }                          \
    extern "C" int NAME##_forward(void* network, int64_t threads, const T* w, const T* x, int64_t count, int64_t size, \
                                  T* const* running, int64_t by_batch, int64_t moves, T* logits) {                     \
        return guarded([&] {                                                                                           \
            omp_set_num_threads(int(threads));                                                                         \
            static_cast<Network<T>*>(network)->forward(w, x, int(count), int(size), running, {by_batch, moves},        \
                                                       logits);                                                        \
        });                                                                                                            \
    }                                                                                                                  \
    extern "C" int NAME##_backward(void* network, const T* w, const T* logits, const int64_t* labels, T* loss,         \
                                   T* gradient) {                                                                      \
        return guarded([&] { *loss = static_cast<Network<T>*>(network)->backward(w, logits, labels, gradient); });     \
    }

EXPORT(float, float32)
EXPORT(double, float64)
