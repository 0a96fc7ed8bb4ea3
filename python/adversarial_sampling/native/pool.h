// The threads of this process that work in parallel: one pool for all who call.
//
// The caller takes chunks itself and waits for those alone that others have claimed: never for a thread that has not
// begun. A thread that other work on the machine keeps from running retreats for a while, since whatever it has claimed
// then waits as well.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "job.h"

class Pool {
public:
    static Pool& instance();

    // Runs all chunks. False, and none is run, where they are to run together and threads cannot be had.
    bool run(const Work& work);

private:
    struct Worker;
    static constexpr int MOST_JOBS = 8, MOST_WORKERS = Job::MOST_THREADS;

    Job jobs_[MOST_JOBS];
    std::unique_ptr<Worker> workers_[MOST_WORKERS];
    std::atomic<int> count_{0}, demand_{0}, asleep_{0};
    std::atomic<unsigned> posted_{0};
    std::mutex growing_;

    Job* free_job();
    bool grow(int wanted);
    bool share(Job& job, const Work& work);
    void wake_one();
    void summon();
    void serve(Worker& worker);
    bool help(Worker& worker);
    void help_together();
    void sleep(Worker& worker, unsigned seen);
    void retreat(Worker& worker);
};
