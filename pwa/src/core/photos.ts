/** Makes a photo small enough for a village network before it is kept or sent; the server still checks everything. */

const LONGEST = 1600
const QUALITY = 0.82
/** A photo no browser here can decode (HEIC on Android) goes as it is, up to this size. */
const RAW_LIMIT = 15 * 1_048_576

export type Photo = { name: string; type: string; bytes: ArrayBuffer }

/** Width and height that fit into `longest`, never larger than given. */
export function fit(width: number, height: number, longest = LONGEST): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height))
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
}

/** JPEG of at most 1600 pixels, turned upright and without EXIF (canvas drops it). Throws when it is no photo. */
export async function shrink(file: File): Promise<Photo> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (!bitmap) {
    if (!/^image\/hei[cf]/.test(file.type) && !/\.hei[cf]$/i.test(file.name)) throw new Error('not a photo')
    if (file.size > RAW_LIMIT) throw new Error('too large')
    return { name: file.name, type: file.type || 'image/heic', bytes: await file.arrayBuffer() }
  }
  const [width, height] = fit(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
  if (!blob) throw new Error('not drawn')
  return {
    name: `${file.name.replace(/\.[^.]*$/, '') || 'photo'}.jpg`,
    type: 'image/jpeg',
    bytes: await blob.arrayBuffer(),
  }
}
