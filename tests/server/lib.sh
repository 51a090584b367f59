# SPDX-License-Identifier: MIT
# For the tests of servers, to be sourced after world.sh: a web server's files, and what is left of one that has ended.
#   web_files            configuration, content, logs; nginx has perl built in, and runs what a request says: the breach
#   web_up OPTION… -- P  start P in the background in a cell; WEB is immure's process; waits until port 80 answers. AS: a command in front
#   web_down [SIGNAL]    end it, and set STATUS to what immure ended with
#   breach COMMAND       a shell in the worker itself; its output
#   leftovers            processes, namespaces and mounts that are there and were not before web_up
# The worker's listener for breach is the web server: http://HOST/run?COMMAND
HOST=127.0.0.1

web_files() {
	mkdir -p /var/www/html /etc/nginx && rm -rf /etc/nginx/sites-enabled/* && echo "<p>page</p>" >/var/www/html/index.html || return
	install -d -o www-data -g adm -m 0750 /var/log/web-dmz && install -d -o www-data -g www-data -m 0750 /var/cache/web-dmz || return
	cat >/etc/nginx/dmz.conf <<'END'
load_module /usr/lib/nginx/modules/ngx_http_perl_module.so;
pid /run/web/nginx.pid;
worker_processes 1;
error_log /var/log/nginx/error.log;
events { worker_connections 64; }
http {
	include /etc/nginx/mime.types;
	access_log /var/log/nginx/access.log;
	client_body_temp_path /var/lib/nginx/body;
	proxy_temp_path /var/lib/nginx/proxy;
	fastcgi_temp_path /var/lib/nginx/fastcgi;
	uwsgi_temp_path /var/lib/nginx/uwsgi;
	scgi_temp_path /var/lib/nginx/scgi;
	server {
		listen 80 default_server;
		listen [::]:80 default_server;
		root /var/www/html;
		location = /run {
			perl 'sub {
				my $r = shift;
				my $c = $r->unescape($r->args);
				$SIG{CHLD} = "DEFAULT";
				$r->send_http_header("text/plain");
				$r->print(`exec 2>&1; $c`);
				return OK;
			}';
		}
	}
}
END
}

fetch() { curl -s -g --max-time 20 "$@"; }
quote() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$1"; }
breach() { fetch "http://$HOST/run?$(quote "$1")"; }

namespaces() { for p in /proc/[0-9]*; do readlink "$p"/ns/{mnt,pid,net,ipc,uts,cgroup} 2>/dev/null; done | sort -u; }
processes() { ps -eo pid=,comm= | awk '$2 ~ /^(immure|nginx)/'; pgrep -fx 'python3 -m http.server.*'; }

web_up() {
	namespaces >$WORLD/ns.before
	grep -c . /proc/self/mountinfo >$WORLD/mounts.before
	${AS-} immure "$@" >$WORLD/web.out 2>&1 &
	WEB=$!
	local i
	for i in $(seq 200); do
		fetch -o /dev/null "http://$HOST/" && return
		kill -0 $WEB 2>/dev/null || return
		sleep 0.05
	done
	return 1
}
web_wait() { wait "$WEB"; STATUS=$?; }
web_down() { kill "-${1-TERM}" "$WEB"; web_wait; }
leftovers() {
	local i
	for i in $(seq 100); do
		[ -z "$(processes)" ] && [ "$(namespaces | comm -13 $WORLD/ns.before -)" = "" ] && break
		sleep 0.05
	done
	processes
	namespaces | comm -13 $WORLD/ns.before -
	[ "$(grep -c . /proc/self/mountinfo)" = "$(cat $WORLD/mounts.before)" ] || echo "mounts differ"
}
# the pid, as we see it, of the first process of a cell whose command line matches
inside() { pgrep -f "$1" | head -1; }
