import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { take } from './intake.js';

interface PickButtonProps {
  readonly class: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/**
 * Opens the file picker, or the camera on a phone that offers it there. HEIC is not listed, so that Safari converts
 * photos to JPEG.
 */
export function PickButton({ class: className, label, children }: PickButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={className}
        aria-label={label}
        onClick={() => {
          input.current?.click();
        }}
      >
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          // Picking the same file again is a new choice.
          currentTarget.value = '';
          if (file) void take(file);
        }}
      />
    </>
  );
}
