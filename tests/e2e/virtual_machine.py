"""A machine in the machine, for what needs a kernel set up otherwise: qemu without any acceleration and without a
network. It sees the programs of this machine and this repository, and can change neither."""

import os
import shlex
import shutil
import subprocess

from processes import Process, ProgramFailed, REPOSITORY, TOOLS, tail

_HOME = os.path.join(TOOLS, "virtual_machine")
_BUSYBOX = os.path.join(_HOME, "busybox")
_INIT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "virtual_machine_init.sh")
_MEMORY = 1536  # MiB
_PROCESSORS = 2


def unavailable():
    """Why no virtual machine can be had here; empty if one can."""
    if os.path.exists(os.path.join(_HOME, "version")):
        return ""
    return "no virtual machine: tools/get_virtual_machine.sh could not fetch qemu and a kernel from Debian's archive"


def run(command, folder, seconds, environment=None, lent=()):
    """Runs the words of a command as root in a virtual machine that is made for it, ends with it, and is killed if it
    takes longer. Its files are in memory, but for /usr, this repository and the folders `lent`, which it can read, and
    /shared, where it can leave files: see shared_file(). Control groups of version 2 are mounted.

    `folder` is made, for all that. Gives (exit code, end of what it wrote)."""
    shared = os.path.join(folder, "shared")
    os.makedirs(shared)
    with open(os.path.join(shared, "command"), "w", encoding="utf-8") as file:
        for key, value in (environment or {}).items():
            file.write(f"export {key}={shlex.quote(value)}\n")
        file.write(shlex.join(command) + "\n")
    mounts = [(path, path, "ro,cache=loose") for path in ("/usr", REPOSITORY, *lent)] + [(shared, "/shared", "rw")]
    _pack(folder, mounts)
    console = os.path.join(folder, "console")
    machine = Process(_qemu(folder, mounts, console), os.path.join(folder, "qemu.log"))
    try:
        machine.wait(seconds)
    except ProgramFailed as error:
        raise ProgramFailed(f"{error}\nend of its console:\n{tail(console)}") from None
    finally:
        machine.kill()
    try:
        with open(shared_file(folder, "exit_code"), encoding="ascii") as file:
            return int(file.read()), tail(console)
    except (OSError, ValueError):
        raise ProgramFailed(f"it ended before its command did: {machine.log_tail()}\n{tail(console)}") from None


def shared_file(folder, name):
    """Where a file is that a command of run() with this folder wrote to /shared."""
    return os.path.join(folder, "shared", name)


def _pack(folder, mounts):
    """`initial.cpio`, which the kernel begins with: our script, busybox to run it, and what it needs to mount the
    rest."""
    root = os.path.join(folder, "initial")
    os.makedirs(root)
    shutil.copy(_BUSYBOX, root)
    shutil.copytree(os.path.join(_HOME, "modules"), os.path.join(root, "modules"))
    shutil.copy(_INIT, os.path.join(root, "init"))
    os.chmod(os.path.join(root, "init"), 0o755)
    with open(os.path.join(root, "lent"), "w", encoding="utf-8") as file:
        for number, (_, inside, options) in enumerate(mounts):
            file.write(f"lent{number} {options} {inside}\n")
    names = subprocess.run(["find", "."], cwd=root, capture_output=True, timeout=60, check=True).stdout
    with open(root + ".cpio", "wb") as output:
        words = [_BUSYBOX, "cpio", "-o", "-H", "newc"]
        subprocess.run(words, input=names, stdout=output, stderr=subprocess.DEVNULL, cwd=root, timeout=60, check=True)


def _qemu(folder, mounts, console):
    arguments = [os.path.join(_HOME, "qemu"), "-nodefaults", "-no-user-config", "-no-reboot"]
    arguments += ["-display", "none", "-nic", "none", "-serial", "file:" + _escaped(console)]
    # Without a limit translated code alone takes a quarter of the memory once more.
    arguments += ["-accel", "tcg,thread=multi,tb-size=256", "-smp", str(_PROCESSORS), "-m", str(_MEMORY)]
    for number, (outside, _, options) in enumerate(mounts):
        access = ",readonly=on" if options.startswith("ro") else ""
        place = f"path={_escaped(outside)},mount_tag=lent{number}"
        arguments += ["-virtfs", f"local,{place},security_model=none,multidevs=remap{access}"]
    arguments += ["-kernel", os.path.join(_HOME, "vmlinuz"), "-initrd", os.path.join(folder, "initial.cpio")]
    return arguments + ["-append", "console=ttyS0 panic=-1 quiet"]


def _escaped(path):
    """As qemu's options want it."""
    return path.replace(",", ",,")
