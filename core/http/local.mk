# HTTP/1 messages and semantics: no sockets, no clocks.
noinst_LIBRARIES += libwayhttp.a
libwayhttp_a_SOURCES = \
	core/http/authority.h \
	core/http/buffer.h core/http/buffer.c \
	core/http/cache_control.h \
	core/http/cache_status.h \
	core/http/date.h \
	core/http/error.h \
	core/http/fields.h \
	core/http/first_bytes.h \
	core/http/message.h \
	core/http/parser.h \
	core/http/text.h core/http/text.c \
	core/http/write.h
libwayhttp_a_CFLAGS = $(AM_CFLAGS) $(LLHTTP_CFLAGS)
