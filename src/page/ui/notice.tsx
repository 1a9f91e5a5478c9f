import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../api/failure.js';
import { t } from '../texts/texts.js';
import { Link } from './link.js';

interface NoticeProps {
  readonly title: string;
  readonly text?: string;
  readonly children?: ComponentChildren;
}

/** What is said where there is nothing to show. */
export const Notice = ({ title, text, children }: NoticeProps) => (
  <section class="notice">
    <h2>{title}</h2>
    {text === undefined ? null : <p>{text}</p>}
    {children}
  </section>
);

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly retry: () => void;
}

/** Why something is missing, and when it will be asked for again. */
export function FailureNotice({ failure, retry }: FailureNoticeProps) {
  const [seconds, setSeconds] = useState(() => waitOf(failure));
  useEffect(() => {
    const wait = waitOf(failure);
    setSeconds(wait);
    if (wait === null) return;
    const until = Date.now() + wait * 1_000;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1_000));
      setSeconds(left);
      if (left > 0) return;
      clearInterval(timer);
      retry();
    }, 250);
    return () => clearInterval(timer);
  }, [failure]);
  useEffect(() => {
    if (failure.code !== 'OFFLINE') return;
    addEventListener('online', retry);
    return () => removeEventListener('online', retry);
  }, [failure]);
  const kind = kindOf(failure);
  const { title, text } = t.value.failures[kind];
  return (
    <div role="alert">
      <Notice title={title} text={text}>
        {seconds === null ? null : <p class="notice-wait">{t.value.again(seconds)}</p>}
        {kind === 'gone' ? (
          // It does not come back by asking again.
          <Link class="button" to={{ at: 'home' }}>
            {t.value.seeAll}
          </Link>
        ) : (
          <button class="button" type="button" onClick={retry}>
            {t.value.tryAgain}
          </button>
        )}
      </Notice>
    </div>
  );
}

const waitOf = ({ retryAfterMs }: Failure): number | null =>
  retryAfterMs === null ? null : Math.max(1, Math.ceil(retryAfterMs / 1_000));

function kindOf({ code }: Failure): keyof (typeof t.value)['failures'] {
  switch (code) {
    case 'OFFLINE':
      return 'offline';
    case 'THROTTLED':
      return 'throttled';
    case 'SERVICE_OVERLOADED':
    case 'DATABASE_UNAVAILABLE':
    case 'IMAGES_UNAVAILABLE':
      return 'busy';
    case 'IMAGE_NOT_FOUND':
    case 'NOT_FOUND':
      return 'gone';
    case 'IMAGE_TOO_LARGE':
      return 'tooLarge';
    case 'IMAGE_UNDECODABLE':
      return 'unreadable';
    default:
      return 'other';
  }
}
