// The members of one parallel region, and what they share.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>

class Team {
public:
    // A loop or a row of sections, whose iterations members take in turn.
    struct Share {
        long next, step, end, turn;
        int there;  // members that are not through

        bool left() const { return step > 0 ? next < end : next > end; }
    };

    explicit Team(int count) : count(count) {}

    const int count;

    // All members have come here.
    void barrier() {
        std::unique_lock<std::mutex> lock(mutex_);
        const unsigned phase = phase_;
        if (++arrived_ == count) {
            arrived_ = 0;
            ++phase_;
            moved_.notify_all();
        } else {
            moved_.wait(lock, [&] { return phase_ != phase; });
        }
    }

    // Whether this member is the first at its construct of that number.
    bool first(unsigned construct) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (singles_ != construct) return false;
        ++singles_;
        return true;
    }

    // Whoever is first at the construct lays it out.
    void enter(unsigned construct, const Share& share) {
        std::lock_guard<std::mutex> lock(mutex_);
        shares_.emplace(construct, share);
    }
    void leave(unsigned construct) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (--shares_.at(construct).there == 0) shares_.erase(construct);
    }

    // Takes the next iterations.
    bool take(unsigned construct, long& first, long& last) {
        std::lock_guard<std::mutex> lock(mutex_);
        Share& share = shares_.at(construct);
        if (!share.left()) return false;
        first = share.next;
        share.next += share.step;
        last = share.left() ? share.next : share.end;
        return true;
    }

    // Until it is the turn of the iterations from `first` on; then it is that of those from `last` on.
    void wait_for_turn(unsigned construct, long first) {
        std::unique_lock<std::mutex> lock(mutex_);
        moved_.wait(lock, [&] { return shares_.at(construct).turn == first; });
    }
    void pass_turn(unsigned construct, long last) {
        std::lock_guard<std::mutex> lock(mutex_);
        shares_.at(construct).turn = last;
        moved_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    std::map<unsigned, Share> shares_;
    int arrived_ = 0;
    unsigned phase_ = 0, singles_ = 0;
};
