"""What TensorBoard reads of a run's folder, as JSON."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

everything = dict.fromkeys(("scalars", "histograms", "images"), 0)
found = EventAccumulator(sys.argv[1], size_guidance=everything).Reload()
tags = found.Tags()
json.dump(
    {
        "scalars": {
            tag: [[event.step, event.wall_time, event.value] for event in found.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "histograms": {
            tag: [
                [event.step, [event.histogram_value.min, event.histogram_value.max, event.histogram_value.num]]
                for event in found.Histograms(tag)
            ]
            for tag in tags["histograms"]
        },
        "images": {
            tag: [[event.step, event.width, event.height] for event in found.Images(tag)]
            for tag in tags["images"]
        },
    },
    sys.stdout,
)
