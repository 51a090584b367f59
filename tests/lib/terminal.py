# SPDX-License-Identifier: MIT
"""Drives a program on a pseudo-terminal: expect without expect."""
import fcntl, os, pty, re, select, signal, struct, sys, termios, time


class Pty:
    def __init__(self, argv, rows=24, cols=80, env=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env or os.environ)
        self.text = ""
        self.resize(rows, cols)

    def resize(self, rows, cols):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def send(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern, seconds=20):
        """The match, with all before it taken off; None after a time that no working session needs."""
        end = time.time() + seconds
        while True:
            m = re.search(pattern, self.text)
            if m:
                self.text = self.text[m.end():]
                return m
            left = end - time.time()
            if left <= 0:
                return None
            if select.select([self.fd], [], [], left)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    data = b""
                if not data:
                    end = 0
                self.text += data.decode(errors="replace").replace("\r", "")

    def status(self, seconds=20):
        """Exit status, or minus the signal; None if it did not end."""
        end = time.time() + seconds
        while time.time() < end:
            pid, st = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(st)
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 65536)
                except OSError:
                    time.sleep(0.02)
        return None

    def end(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except OSError:
            pass
        os.close(self.fd)


_count = _failed = 0


def ok(condition, name, note=""):
    global _count, _failed
    _count += 1
    print(("ok" if condition else "not ok"), _count, "-", name)
    if not condition:
        _failed += 1
        if note:
            print("\n".join("#   " + line for line in repr(note)[-600:].split("\n")))
    sys.stdout.flush()


def done():
    print("1..%d" % _count)
    sys.exit(1 if _failed else 0)
