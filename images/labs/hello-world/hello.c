/* Says hello without a C library: two system calls are all it takes to be a container. */

#if defined(__x86_64__)

enum { CALL_WRITE = 1, CALL_EXIT = 60 };

static long system_call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

enum { CALL_WRITE = 64, CALL_EXIT = 93 };

static long system_call(long number, long a, long b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

#else
#error "hello.c knows amd64 and arm64 only"
#endif

static const char text[] =
	"\n"
	"Hello! You are reading the output of a container.\n"
	"\n"
	"What has just happened, in order:\n"
	"  1. the docker command asked the Docker daemon for a container of the image\n"
	"     hello-world;\n"
	"  2. the daemon looked for that image on this host, and would have pulled it\n"
	"     if it were missing;\n"
	"  3. it made a container from the image and started the one program in it;\n"
	"  4. the program wrote these lines, which the daemon sent to your terminal,\n"
	"     and ended.\n"
	"\n"
	"The container has stopped by now; `docker ps --all` still lists it.\n"
	"Next, try one with a shell inside: docker run -it busybox\n"
	"\n";

void _start(void)
{
	system_call(CALL_WRITE, 1, (long)text, sizeof text - 1);
	system_call(CALL_EXIT, 0, 0, 0);
	__builtin_unreachable();
}
