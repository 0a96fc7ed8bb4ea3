// What a thread learns of other work on the machine, and how long it keeps away from it.
#pragma once
#include <time.h>

#include <algorithm>
#include <chrono>

#include "waiting.h"

// Tells a thread whether it is worth while to go on, or others take too much of the time that it wants to run.
class Contention {
public:
    // From here on it runs, or wants to.
    void begin() {
        wall_ = Clock::now();
        processor_ = processor_time();
    }

    // To be asked often.
    bool too_much() {
        const auto wall = Clock::now();
        if (wall - wall_ < OFTEN) return waited_ > MOST;
        const auto before = processor_;
        processor_ = processor_time();
        const auto ran = processor_ - before, waited = (wall - wall_) - ran;
        wall_ = wall;
        waited_ = std::max(Length::zero(), waited_ + waited - ran / BEARABLE);
        return waited_ > MOST;
    }

    // How long to keep away: twice as long each time, where it had to again soon. It comes back on trial.
    Clock::time_point retreat() {
        const auto now = Clock::now();
        away_ = now - back_ < 4 * away_ ? std::min(2 * away_, LONGEST) : SHORTEST;
        back_ = now + away_;
        waited_ = MOST / 2;
        return back_;
    }

private:
    using Length = std::chrono::nanoseconds;
    // To lose a third of the time is about what it costs to do without a thread where there are two.
    static constexpr int BEARABLE = 3;
    static constexpr Length OFTEN = std::chrono::microseconds(400), MOST = std::chrono::milliseconds(4);
    static constexpr Length SHORTEST = std::chrono::milliseconds(8), LONGEST = std::chrono::milliseconds(128);

    Clock::time_point wall_{}, back_{};
    Length processor_{}, waited_{}, away_ = SHORTEST;

    static Length processor_time() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
};
