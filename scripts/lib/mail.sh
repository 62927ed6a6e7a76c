# shellcheck shell=bash
# A real mail server for the tests: a given one, else aiosmtpd, which keeps what it takes in a folder.

bring_mail_server() {
  if [ -n "${TEST_SMTP_URL:-}" ] && [ -n "${TEST_SMTP_MAILDIR:-}" ]; then
    say "SMTP: TEST_SMTP_URL, with its mails in TEST_SMTP_MAILDIR"
  elif python_package aiosmtpd 1.4.6; then
    start_mail_server
  else
    unset TEST_SMTP_URL TEST_SMTP_MAILDIR
    say "no real mail server: mails are sent to the stand-in of the tests alone"
  fi
}

start_mail_server() {
  local port version
  make_scratch
  on_free_port aiosmtpd "$scratch/smtp.log" launch_smtp smtp_greeting
  TEST_SMTP_URL=smtp://127.0.0.1:$port
  TEST_SMTP_MAILDIR=$scratch/mail
  export TEST_SMTP_URL TEST_SMTP_MAILDIR
  say "SMTP: $version on 127.0.0.1:$port"
}

launch_smtp() { # PORT
  start_group "$python" -m aiosmtpd --nosetuid --listen "127.0.0.1:$1" --class aiosmtpd.handlers.Mailbox "$scratch/mail"
}

# What a mail server greets with; fails where none greets (yet).
smtp_greeting() ( # HOST PORT
  exec 3<>"/dev/tcp/$1/$2" || exit 1
  IFS= read -r -t 2 -u 3 line || exit 1
  [[ $line == "220 "* ]] || exit 1
  printf 'QUIT\r\n' >&3
  line=${line#220 }
  printf '%s\n' "${line%$'\r'}"
) 2>/dev/null
