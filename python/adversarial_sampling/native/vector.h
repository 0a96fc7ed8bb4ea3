// Vectors of 32 bytes, and memory aligned for them. The compiler maps them to what the processor has.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

template <class T>
struct Lanes {
    typedef T Vector __attribute__((vector_size(32)));
    typedef T Unaligned __attribute__((vector_size(32), aligned(sizeof(T))));
    static constexpr int count = 32 / sizeof(T);
};
template <class T>
using Vector = typename Lanes<T>::Vector;

template <class T>
inline Vector<T> load(const T* from) {
    return *reinterpret_cast<const typename Lanes<T>::Unaligned*>(from);
}
template <class T>
inline void store(T* to, Vector<T> value) {
    *reinterpret_cast<typename Lanes<T>::Unaligned*>(to) = value;
}

// Channels are taken in groups of so many: convolutions write that many at once.
constexpr int GROUP = 16;
inline int round_up(int value, int to) { return (value + to - 1) / to * to; }

// Grows, never shrinks; what it held is lost when it grows.
template <class T>
class Buffer {
public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() { std::free(data_); }

    T* reserve(size_t count) {
        if (count > capacity_) {
            std::free(data_);
            capacity_ = 0;
            data_ = static_cast<T*>(std::aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64));
            if (!data_) throw std::bad_alloc();
            capacity_ = count;
        }
        return data_;
    }
    T* zeros(size_t count) {
        std::memset(reserve(count), 0, count * sizeof(T));
        return data_;
    }
    T* get() const { return data_; }
    void swap(Buffer& other) {
        std::swap(data_, other.data_);
        std::swap(capacity_, other.capacity_);
    }

private:
    T* data_ = nullptr;
    size_t capacity_ = 0;
};
