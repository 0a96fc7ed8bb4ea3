// A piece of work under way, whose chunks whoever runs claims.
#pragma once
#include <atomic>
#include <cstdint>

#include "waiting.h"

struct Work {
    void (*call)(const void* body, int chunk, int thread);
    const void* body;
    int chunks;
    int threads;    // at most, the caller among them
    bool together;  // a chunk may wait for another: each has a thread of its own, and soon
};

// A place for one piece of work after another. It is never freed, so that a thread may look at it at any time.
class alignas(128) Job {
public:
    static constexpr int MOST_CHUNKS = (1 << 24) - 1, MOST_THREADS = 255;

    // What a thread is to this piece of work: its number there, once it has claimed a chunk.
    struct Seat {
        uint32_t generation = 0;
        int thread = -1;  // none yet
    };

    bool hold() { return !held_.load(std::memory_order_relaxed) && !held_.exchange(true, std::memory_order_acquire); }
    void release() { held_.store(false, std::memory_order_release); }

    // The caller's seat.
    Seat post(const Work& work) {
        call_.store(work.call, std::memory_order_relaxed);
        body_.store(work.body, std::memory_order_relaxed);
        chunks_.store(work.chunks, std::memory_order_relaxed);
        threads_.store(work.threads, std::memory_order_relaxed);
        together_.store(work.together, std::memory_order_relaxed);
        unfinished_.store(work.chunks, std::memory_order_relaxed);
        const uint32_t generation = Ticket(ticket_.load(std::memory_order_relaxed)).generation() + 1;
        ticket_.store(Ticket(generation, 1, work.chunks).bits);
        return {generation, 0};
    }

    bool has_chunks() const { return Ticket(ticket_.load(std::memory_order_relaxed)).left() > 0; }
    bool together() const { return together_.load(std::memory_order_relaxed); }

    // Claims a chunk and runs it; calls more() before, where there is more, and a seat. False when there is no chunk.
    template <class More>
    bool take(Seat& seat, More more) {
        for (uint64_t seen = ticket_.load(std::memory_order_acquire);;) {
            const Ticket ticket(seen);
            // Read between the ticket and its exchange: had they changed, so would it.
            const auto call = call_.load(std::memory_order_relaxed);
            const void* body = body_.load(std::memory_order_relaxed);
            const int chunks = chunks_.load(std::memory_order_relaxed);
            const int threads = threads_.load(std::memory_order_relaxed);
            const bool seated = seat.thread >= 0 && seat.generation == ticket.generation();
            if (ticket.left() == 0 || (!seated && ticket.seats() >= threads)) return false;
            const Ticket next(ticket.generation(), ticket.seats() + !seated, ticket.left() - 1);
            if (!ticket_.compare_exchange_weak(seen, next.bits, std::memory_order_acq_rel, std::memory_order_acquire))
                continue;
            if (!seated) seat = {ticket.generation(), ticket.seats()};
            if (next.left() > 0 && next.seats() < threads) more();
            call(body, chunks - ticket.left(), seat.thread);
            if (unfinished_.fetch_sub(1) == 1) finished_.ring();
            return true;
        }
    }

    // Until the chunks that others have claimed are finished.
    void wait() {
        constexpr std::chrono::microseconds AWAKE{100};
        const auto finished = [&] { return unfinished_.load() == 0; };
        if (!spin(AWAKE, finished, [] { return false; })) finished_.sleep(finished);
    }

private:
    struct Ticket {
        uint64_t bits;  // generation: 32, seats: 8, chunks that are left: 24

        explicit Ticket(uint64_t bits) : bits(bits) {}
        Ticket(uint32_t generation, int seats, int left)
            : bits(uint64_t(generation) << 32 | uint64_t(seats) << 24 | uint64_t(left)) {}
        uint32_t generation() const { return uint32_t(bits >> 32); }
        int seats() const { return int(bits >> 24 & 255); }
        int left() const { return int(bits & MOST_CHUNKS); }
    };

    std::atomic<uint64_t> ticket_{0};
    std::atomic<int> unfinished_{0};
    std::atomic<bool> held_{false}, together_{false};
    std::atomic<void (*)(const void*, int, int)> call_{nullptr};
    std::atomic<const void*> body_{nullptr};
    std::atomic<int> chunks_{0}, threads_{0};
    Bell finished_;
};
