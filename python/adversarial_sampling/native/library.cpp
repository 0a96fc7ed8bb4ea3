// What Python calls. Every function answers whether it was done, and nothing is thrown past it.
#include <cstddef>
#include <cstdio>
#include <exception>

#include "network.h"
#include "openmp.h"

namespace {
enum Answer : int { DONE, NO_MEMORY, FAILED };
thread_local char reason[256];

template <class Call>
int guarded(Call call) {
    try {
        call();
        return DONE;
    } catch (const std::bad_alloc&) {
        return NO_MEMORY;
    } catch (const std::exception& error) {
        std::snprintf(reason, sizeof(reason), "%s", error.what());
    } catch (...) {
        std::snprintf(reason, sizeof(reason), "an exception of an unknown kind");
    }
    return FAILED;
}
}  // namespace

// Why the last call of this thread failed.
extern "C" const char* failure() { return reason; }

// Lets the parallel regions of the library whose path ends so run on the threads of the pool; why not, or null.
extern "C" const char* share_threads(const char* library) { return interpose(library, openmp); }

// Where a field of Unit lies, to compare with where Python has it; the last has no name, and is as long as all.
struct Field {
    const char* name;
    int64_t offset;
};
#define FIELD(NAME) {#NAME, offsetof(Unit, NAME)}
extern "C" const Field* unit_fields() {
    static const Field fields[] = {FIELD(kind),   FIELD(input),    FIELD(shortcut),   FIELD(in),    FIELD(out),
                                   FIELD(stride), FIELD(weight),   FIELD(bias),       FIELD(scale), FIELD(shift),
                                   FIELD(eps),    FIELD(momentum), {"", sizeof(Unit)}};
    return fields;
}

#define EXPORT(T, NAME)                                                                                                \
    extern "C" int NAME##_open(const Unit* units, int64_t count, void** network) {                                     \
        return guarded([&] { *network = new Network<T>(units, int(count)); });                                         \
    }                                                                                                                  \
    extern "C" void NAME##_close(void* network) { delete static_cast<Network<T>*>(network); }                          \
    extern "C" int NAME##_forward(void* network, int64_t threads, const T* w, const T* x, int64_t count, int64_t size, \
                                  T* const* running, int64_t by_batch, int64_t moves, T* logits) {                     \
        return guarded([&] {                                                                                           \
            static_cast<Network<T>*>(network)->forward(int(threads), w, x, int(count), int(size), running,             \
                                                       {by_batch, moves}, logits);                                     \
        });                                                                                                            \
    }                                                                                                                  \
    extern "C" int NAME##_backward(void* network, const T* w, const T* logits, const int64_t* labels, T* loss,         \
                                   T* gradient) {                                                                      \
        return guarded([&] { *loss = static_cast<Network<T>*>(network)->backward(w, logits, labels, gradient); });     \
    }

EXPORT(float, float32)
EXPORT(double, float64)
