#include "pool.h"

#include <pthread.h>

#include <exception>
#include <thread>

#include "affinity.h"
#include "contention.h"

namespace {
// How long a thread without work stays awake: longer than most gaps between two pieces of work.
constexpr std::chrono::milliseconds AWAKE{1};

std::atomic<Pool*> current{nullptr};

// Never destroyed: its threads run as long as the process. After a fork there are none, and another begins.
void begin() { current.store(new Pool); }
}  // namespace

Pool& Pool::instance() {
    static const bool begun = (begin(), pthread_atfork(nullptr, nullptr, begin), true);
    (void)begun;
    return *current.load(std::memory_order_acquire);
}

struct Pool::Worker {
    enum State { RUNS, ASLEEP, AWAY };
    std::atomic<State> state{RUNS};
    std::atomic<bool> summoned{false};
    std::mutex leaving;  // of its retreat
    Bell bell;
    Affinity affinity;
    Contention contention;
};

bool Pool::run(const Work& work) {
    const int most = work.together ? Job::MOST_THREADS : Job::MOST_CHUNKS;
    const bool parallel = work.threads > 1 && work.chunks > 1 && work.chunks <= most;
    if (Job* job = parallel ? free_job() : nullptr) {
        const bool shared = share(*job, work);
        job->release();
        return shared;
    }
    if (work.together && work.chunks > 1) return false;
    for (int chunk = 0; chunk < work.chunks; ++chunk) work.call(work.body, chunk, 0);
    return true;
}

Job* Pool::free_job() {
    for (Job& job : jobs_)
        if (job.hold()) return &job;
    return nullptr;
}

bool Pool::share(Job& job, const Work& work) {
    const int helpers = std::min({work.threads, work.chunks, Job::MOST_THREADS}) - 1;
    // So many that each piece of work could have its own: what runs together may keep threads waiting for one another.
    const bool enough = grow(demand_.fetch_add(helpers) + helpers);
    if (enough || !work.together) {
        Job::Seat seat = job.post({work.call, work.body, work.chunks, helpers + 1, work.together});
        posted_.fetch_add(1);
        if (work.together) summon();
        while (job.take(seat, [&] { wake_one(); })) {
        }
        job.wait();
    }
    demand_.fetch_sub(helpers);
    return enough || !work.together;
}

bool Pool::grow(int wanted) {
    if (count_.load(std::memory_order_acquire) >= wanted) return true;
    std::lock_guard<std::mutex> lock(growing_);
    try {
        for (int index = count_.load(); index < std::min(wanted, MOST_WORKERS); ++index) {
            workers_[index] = std::make_unique<Worker>();
            std::thread([this, &worker = *workers_[index]] { serve(worker); }).detach();
            count_.store(index + 1, std::memory_order_release);
        }
    } catch (const std::exception&) {
        // Of memory, or of threads, there are no more: those that there are do the work.
    }
    return count_.load() >= wanted;
}

void Pool::wake_one() {
    if (asleep_.load() == 0) return;
    for (int index = 0, count = count_.load(std::memory_order_acquire); index < count; ++index) {
        Worker::State asleep = Worker::ASLEEP;
        if (!workers_[index]->state.compare_exchange_strong(asleep, Worker::RUNS)) continue;
        asleep_.fetch_sub(1);
        workers_[index]->bell.ring();
        return;
    }
}

// Those that are away come back for as long as it takes. Where the caller runs they would only take turns with it.
void Pool::summon() {
    for (int index = 0, count = count_.load(std::memory_order_acquire); index < count; ++index) {
        Worker& worker = *workers_[index];
        if (worker.state.load() != Worker::AWAY) continue;
        std::lock_guard<std::mutex> lock(worker.leaving);
        if (worker.state.load() != Worker::AWAY) continue;
        worker.affinity.keep_off_this_processor();
        worker.summoned.store(true);
        worker.bell.ring();
    }
}

void Pool::serve(Worker& worker) {
#ifdef __linux__
    pthread_setname_np(pthread_self(), "adsam-kernels");
#endif
    worker.affinity.begin();
    worker.contention.begin();
    for (;;) {
        const unsigned seen = posted_.load();
        const bool helped = help(worker);
        if (worker.contention.too_much())
            retreat(worker);
        else if (!helped &&
                 !spin(AWAKE, [&] { return posted_.load() != seen; }, [&] { return worker.contention.too_much(); }))
            worker.contention.too_much() ? retreat(worker) : sleep(worker, seen);
    }
}

bool Pool::help(Worker& worker) {
    bool helped = false;
    for (Job& job : jobs_) {
        if (!job.has_chunks()) continue;
        Job::Seat seat;
        while (job.take(seat, [&] { wake_one(); })) {
            helped = true;
            if (worker.contention.too_much()) return true;
        }
    }
    return helped;
}

void Pool::help_together() {
    for (Job& job : jobs_) {
        Job::Seat seat;
        if (job.has_chunks() && job.together()) job.take(seat, [] {});
    }
}

void Pool::sleep(Worker& worker, unsigned seen) {
    worker.state.store(Worker::ASLEEP);
    asleep_.fetch_add(1);
    Worker::State asleep = Worker::ASLEEP;
    if (posted_.load() != seen && worker.state.compare_exchange_strong(asleep, Worker::RUNS))
        asleep_.fetch_sub(1);
    else
        worker.bell.sleep([&] { return worker.state.load() != Worker::ASLEEP; });
    worker.contention.begin();
}

void Pool::retreat(Worker& worker) {
    const auto end = worker.contention.retreat();
    worker.state.store(Worker::AWAY);
    do {
        help_together();
    } while (worker.bell.sleep_until(end, [&] { return worker.summoned.exchange(false); }));
    {
        std::lock_guard<std::mutex> lock(worker.leaving);
        worker.state.store(Worker::RUNS);
        worker.affinity.restore();
    }
    worker.contention.begin();
}
