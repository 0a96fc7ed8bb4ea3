// A network of convolutions with batch norm, run forward and backward through one flat vector of weights.
#pragma once
#include <vector>

#include "batch_norm.h"
#include "convolution.h"
#include "head.h"

// One unit of the network. Unit u answers with image u + 1; image 0 is the input.
struct Unit {
    enum Kind : int64_t { CONVOLUTION, MAX_POOL, LINEAR };
    int64_t kind, input, shortcut;       // images; shortcut -1: none
    int64_t in, out, stride;             // channels
    int64_t weight, bias, scale, shift;  // where in the flat weights; bias -1: none
    double eps, momentum;                // of batch norm
};

// What a forward is to do.
struct Mode {
    int64_t by_batch;  // normalise by the batch's statistics, else by the running ones
    int64_t moves;     // and move the running ones
};

template <class T>
class Network {
public:
    Network(const Unit* units, int count) : units_(units, units + count), states_(count) {
        for (int u = 0; u < count; ++u)
            if (units_[u].kind == Unit::CONVOLUTION) states_[u].affine.resize(int(units_[u].out));
    }

    // x [N, 3, size, size] to logits [N, classes]; running: mean and variance of each unit's batch norm.
    void forward(int threads, const T* w, const T* x, int count, int size, T* const* running, Mode mode, T* logits);

    // After a forward by the batch: CE of its logits, and the gradient of all weights.
    T backward(const T* w, const T* logits, const int64_t* labels, T* gradient);

private:
    struct State {
        Buffer<T> before, after;  // batch norm and relu
        int size = 0, channels = 0;
        Affine<T> affine;
    };

    std::vector<Unit> units_;
    std::vector<State> states_;
    Buffer<T> input_, features_, kernel_, logits_gradient_, features_gradient_;
    std::vector<Buffer<T>> gradients_, spare_;
    Workspace<T> workspace_;
    ChannelSums<T> sums_;
    int count_ = 0, size_ = 0;

    T* image(int64_t i) { return i == 0 ? input_.get() : states_[i - 1].after.get(); }
    int size(int64_t i) const { return i == 0 ? size_ : states_[i - 1].size; }
    int channels(int64_t i) const { return i == 0 ? Lanes<float>::count : states_[i - 1].channels; }
    size_t elements(int64_t i) const { return size_t(count_) * size(i) * size(i) * channels(i); }

    void take(const T* x, int planes);
    void convolution(const T* w, const Unit& unit, State& state, T* const* running, Mode mode);
    void measured(const T* w, const Unit& unit, T* const* running, Mode mode, size_t pixels, Affine<T>& affine);
    void known(const T* w, const Unit& unit, T* const* running, Affine<T>& affine);
    void convolution_backward(const T* w, int u, T* gradient);
    Shortcut<T> shortcut(const Unit& unit, T* data);
    void open(int64_t i);   // a gradient of image i, not initialised
    void close(int64_t i);  // no longer needed
};
