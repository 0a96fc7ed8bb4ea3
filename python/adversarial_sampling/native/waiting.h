// Waiting for another thread: a short while awake, since to be woken takes long, and then asleep.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

using Clock = std::chrono::steady_clock;

inline void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Whether done() within so long, or until it is given up; again and again asked awake.
template <class Done, class GivenUp>
bool spin(std::chrono::nanoseconds how_long, Done done, GivenUp given_up) {
    constexpr int TURNS = 8;  // between two looks at the clock
    const auto end = Clock::now() + how_long;
    do {
        for (int turn = 0; turn < TURNS; ++turn) {
            if (done()) return true;
            relax();
        }
    } while (!given_up() && Clock::now() < end);
    return done();
}

// Wakes the one thread that waits for something to be so.
class Bell {
public:
    // To be called after it has become so.
    void ring() {
        if (!awaited_.load()) return;
        std::lock_guard<std::mutex> lock(mutex_);
        rung_.notify_one();
    }

    template <class Done>
    void sleep(Done done) {
        std::unique_lock<std::mutex> lock(mutex_);
        awaited_.store(true);
        rung_.wait(lock, done);
        awaited_.store(false);
    }

    // Whether it was so before that time.
    template <class Done>
    bool sleep_until(Clock::time_point time, Done done) {
        std::unique_lock<std::mutex> lock(mutex_);
        awaited_.store(true);
        const bool was = rung_.wait_until(lock, time, done);
        awaited_.store(false);
        return was;
    }

private:
    std::atomic<bool> awaited_{false};
    std::mutex mutex_;
    std::condition_variable rung_;
};
