/** What the worker does with a push message: payload `{title, body, url, tag, lang}`. */

type Payload = { title?: string; body?: string; url?: string; tag?: string; lang?: string }

type Host = {
  registration: { showNotification(title: string, options: NotificationOptions): Promise<void> }
  clients: Clients
  location: { origin: string }
}

function parse(data: PushMessageData | null): Payload {
  try {
    return (data?.json() as Payload | undefined) ?? {}
  } catch {
    return { body: data?.text() }
  }
}

/** Always shows something: a browser takes the permission away from those who stay silent. */
export async function shown(host: Host, data: PushMessageData | null): Promise<void> {
  const { title, body, url, tag, lang } = parse(data)
  await host.registration.showNotification(title ?? 'Tiếng Làng', {
    body: body ?? '',
    lang: lang ?? 'vi',
    tag: tag ?? 'tieng-lang',
    icon: '/icons/icon-192.png',
    badge: '/icons/badge-96.png',
    data: { url: url ?? '/' },
  })
}

/** Brings a window of ours to the page, or opens one; never an address of somebody else. */
export async function opened(host: Host, notification: Notification): Promise<void> {
  notification.close()
  const given = new URL((notification.data as { url?: string } | null)?.url ?? '/', host.location.origin)
  const target = given.origin === host.location.origin ? given.href : `${host.location.origin}/`
  const windows = await host.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const open = windows.find(
    (client) => new URL(client.url).pathname.startsWith('/console') === target.includes('/console'),
  )
  if (!open) {
    await host.clients.openWindow(target)
    return
  }
  await open.focus()
  await open.navigate(target).catch(() => host.clients.openWindow(target))
}
