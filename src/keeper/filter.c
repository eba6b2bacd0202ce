#include "keeper/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define ALLOW(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

enum tocsin_err filter_install(void)
{
#ifdef ARCH
	static struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		/* the pipe */
		ALLOW(recvfrom), ALLOW(sendmsg),
		/* the keys folder: published, the next log's key, fresh keys */
		ALLOW(openat), ALLOW(read), ALLOW(write), ALLOW(fsync), ALLOW(close), ALLOW(renameat), ALLOW(unlinkat),
		ALLOW(fchmod), ALLOW(fstat), ALLOW(newfstatat), ALLOW(faccessat), ALLOW(geteuid), ALLOW(lseek),
#ifdef SYS_access
		ALLOW(access), ALLOW(stat), ALLOW(lstat),
#endif
		/* memory, randomness, time, the end */
		ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect), ALLOW(madvise), ALLOW(brk), ALLOW(mlock),
		ALLOW(munlock), ALLOW(futex), ALLOW(getrandom), ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(getpid), ALLOW(rt_sigreturn),
		ALLOW(rt_sigprocmask), ALLOW(rt_sigaction), ALLOW(restart_syscall), ALLOW(exit), ALLOW(exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	static const struct sock_fprog program = { sizeof rules / sizeof rules[0], rules };
	if (!FILTER_SANITIZED && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 && errno != EINVAL &&
		errno != ENOSYS)
		return fail(TOCSIN_BROKEN, "the keeper cannot confine itself with seccomp: %s", strerror(errno));
#endif
	return TOCSIN_OK;
}
