"""A disk of the size a test wants."""

import os
import subprocess

import pytest


class SmallDisk:
    """A file system in memory."""

    def __init__(self, folder, size):
        self.folder = folder
        os.makedirs(folder)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"SKIPPED, NO DISK OF A CHOSEN SIZE: mounting a tmpfs needs root ({done.stderr.strip()})")

    def free(self):
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def fill(self, leave):
        with open(os.path.join(self.folder, "ballast"), "ab") as file:
            file.write(bytes(max(0, self.free() - leave)))

    def empty(self):
        os.remove(os.path.join(self.folder, "ballast"))

    def close(self):
        subprocess.run(["umount", "-l", self.folder], check=False)
