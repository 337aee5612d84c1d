/** Where a listener stopped, per recording, so that the next visit goes on from there. */
import { database } from './db.ts'

const NEAR_END = 15

export async function savedPosition(id: string): Promise<number> {
  const place = await database()
    .then((db) => db.get('places', id))
    .catch(() => undefined)
  if (!place || place.seconds > place.duration - NEAR_END) return 0
  return place.seconds
}

export async function savePosition(id: string, seconds: number, duration: number): Promise<void> {
  await database()
    .then((db) => db.put('places', { id, seconds, duration, updated_at: new Date().toISOString() }))
    .catch(() => undefined)
}
