"""Trains a small network of convolutions on made pictures. Prints the loss along the way and the process's memory.

usage: torch_train.py STEPS
The lines "step N loss L resident KIB" are what the test judges: the loss falls, the memory stays.
"""
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

steps = int(sys.argv[1])
torch.manual_seed(3)
torch.set_num_threads(2)


def resident_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


labels = torch.randint(0, 4, (1024,))
pictures = torch.randn(1024, 1, 24, 24) * 0.7
for index, label in enumerate(labels):  # a bright bar whose place tells the label
    pictures[index, 0, 6 * int(label):6 * int(label) + 6, :] += 1.0
# The list of batches is made anew, and collated by the loader's worker, in every round.
model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                      nn.Linear(32 * 36, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
step = 0
while step < steps:
    for batch, wanted in DataLoader(TensorDataset(pictures, labels), batch_size=64, shuffle=True, num_workers=1):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(batch), wanted)
        loss.backward()
        optimizer.step()
        step += 1
        if step % 10 == 0:
            print(f"step {step} loss {loss.item():.4f} resident {resident_kib()}", flush=True)
        if step == steps:
            break
model.eval()
right = (model(pictures).argmax(1) == labels).float().mean().item()
print(f"right {right:.3f}")
