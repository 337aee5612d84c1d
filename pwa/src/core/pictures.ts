/** Published pictures come in several sizes; a village network carries the smallest that does. */

export type Sized = { url: string; width?: number; height?: number; sources?: readonly unknown[] }

const webp = ({ sources = [] }: Sized) =>
  (sources as { url: string; width: number; height: number; content_type: string }[])
    .filter((form) => form.content_type === 'image/webp')
    .sort((a, b) => a.width - b.width)

/** The smallest form, for a list. */
export const smallest = (picture: Sized): Sized => webp(picture)[0] ?? picture

/** Every form, for `srcset`. */
export const srcset = (picture: Sized): string =>
  webp(picture)
    .map((form) => `${form.url} ${form.width}w`)
    .join(', ')
