//! A child that is followed from system call to system call, to be killed at one of them.

use std::{collections::HashSet, fs};

use nix::{
    errno::Errno,
    libc,
    sys::{
        ptrace,
        signal::Signal,
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

use crate::{
    errand::Running,
    points::{End, Side},
};

/// Kills the child at its `number`-th step, unless it comes through before. An error if nobody may follow it, and then
/// it was given no leave yet.
pub(crate) fn kill_at(child: &mut Running, number: usize, side: Side) -> Result<End, Errno> {
    let process = pid(child.process.id());
    follow(process)?;
    child.give_leave();
    let mut steps = 0;
    // In which the thread is that is to be killed when it comes out of it.
    let mut fatal = None;
    let mut killed = None;
    loop {
        let status = next();
        match status {
            WaitStatus::Exited(who, code) if who == process => {
                assert!(code == 0 || killed.is_some(), "the child failed at what it was to do");
                return Ok(killed.map_or(End::Through, End::Killed));
            }
            WaitStatus::Signaled(who, ..) if who == process => return Ok(End::Killed(killed.unwrap())),
            WaitStatus::PtraceSyscall(thread) if killed.is_none() => {
                if let Some(call) = fatal.take_if(|(who, _)| *who == thread).map(|(_, call)| call) {
                    killed = Some(call);
                } else if let Some(call) = entered_step(thread) {
                    steps += 1;
                    match side {
                        Side::Before if steps == number => killed = Some(call),
                        Side::After if steps == number => fatal = Some((thread, call)),
                        _ => {}
                    }
                }
                if killed.is_some() {
                    child.kill();
                } else {
                    go_on(status);
                }
            }
            status => go_on(status),
        }
    }
}

/// From here on each of its threads stops at each of its calls. It is quiet: whatever it waits for is us.
fn follow(process: Pid) -> Result<(), Errno> {
    let options = ptrace::Options::PTRACE_O_TRACESYSGOOD
        | ptrace::Options::PTRACE_O_TRACECLONE
        | ptrace::Options::PTRACE_O_EXITKILL;
    // Its first thread waits for the others, so it is there; a thread that is about to end is nobody's to follow.
    ptrace::seize(process, options)?;
    let mut running = HashSet::from([process]);
    for thread in fs::read_dir(format!("/proc/{process}/task")).unwrap() {
        let thread = pid(thread.unwrap().file_name().to_str().unwrap().parse().unwrap());
        if thread != process && unless_ended(ptrace::seize(thread, options)) {
            running.insert(thread);
        }
    }
    for thread in &running {
        unless_ended(ptrace::interrupt(*thread));
    }
    while !running.is_empty() {
        let status = next();
        running.remove(&status.pid().unwrap());
        go_on(status);
    }
    Ok(())
}

/// Of the threads that this thread follows, and of no other children.
fn next() -> WaitStatus {
    loop {
        match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD)) {
            Err(Errno::EINTR) => {}
            status => return status.unwrap(),
        }
    }
}

/// To its next stop, with the signal that it stopped for if it is one that was sent.
fn go_on(status: WaitStatus) {
    let (thread, signal) = match status {
        WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
        WaitStatus::PtraceEvent(thread, ..) | WaitStatus::PtraceSyscall(thread) => (thread, None::<Signal>),
        _ => return,
    };
    unless_ended(ptrace::syscall(thread, signal));
}

/// Whether the thread is still there.
fn unless_ended(asked: Result<(), Errno>) -> bool {
    match asked {
        Ok(()) => true,
        Err(Errno::ESRCH | Errno::EPERM) => false,
        Err(error) => panic!("{error}"),
    }
}

const ENTRY: u8 = 1;

/// The name of the call that a thread is about to make, if that changes something outside of its process.
fn entered_step(thread: Pid) -> Option<&'static str> {
    let stop = ptrace::syscall_info(thread).ok()?;
    if stop.op != ENTRY {
        return None;
    }
    let (number, arguments) = call(thread)?;
    let (_, name) = CALLS.iter().find(|(known, _)| *known == number)?;
    let counts = match number {
        libc::SYS_openat => arguments[2] & libc::O_CREAT as u64 != 0,
        libc::SYS_fcntl => {
            let locks = [libc::F_SETLK, libc::F_SETLKW, libc::F_OFD_SETLK, libc::F_OFD_SETLKW];
            locks.iter().any(|lock| *lock as u64 == arguments[1])
        }
        // With which one thread wakes another.
        libc::SYS_write => {
            let file = fs::read_link(format!("/proc/{thread}/fd/{}", arguments[0]));
            file.is_ok_and(|file| file.to_str() != Some("anon_inode:[eventfd]"))
        }
        _ => true,
    };
    counts.then_some(*name)
}

const CALLS: &[(libc::c_long, &str)] = &[
    (libc::SYS_write, "write"),
    (libc::SYS_pwrite64, "pwrite64"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_pwritev, "pwritev"),
    (libc::SYS_pwritev2, "pwritev2"),
    (libc::SYS_sendto, "sendto"),
    (libc::SYS_sendmsg, "sendmsg"),
    (libc::SYS_connect, "connect"),
    (libc::SYS_shutdown, "shutdown"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_fallocate, "fallocate"),
    (libc::SYS_fcntl, "fcntl"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_mkdirat, "mkdirat"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_renameat2, "renameat2"),
    (libc::SYS_fchmod, "fchmod"),
    (libc::SYS_fchown, "fchown"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_unlink, "unlink"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_rename, "rename"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_mkdir, "mkdir"),
];

/// The number of the call with its first arguments.
fn call(thread: Pid) -> Option<(libc::c_long, [u64; 3])> {
    let registers = ptrace::getregs(thread).ok()?;
    #[cfg(target_arch = "x86_64")]
    let call = (registers.orig_rax, [registers.rdi, registers.rsi, registers.rdx]);
    #[cfg(target_arch = "aarch64")]
    let call = (registers.regs[8], [registers.regs[0], registers.regs[1], registers.regs[2]]);
    Some((call.0.cast_signed(), call.1))
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(number.cast_signed())
}
