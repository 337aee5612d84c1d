/** The server and the app draw the same first screen: both are held to the fixtures (first-screen.md). */
import { cleanup, render } from '@testing-library/svelte'

import { afterEach, beforeAll, describe, expect, test, vi as vitest } from 'vitest'
import en from '../../src/apps/resident/i18n/en.ts'
import reading from '../../src/apps/resident/i18n/vi.reading.ts'
import vi from '../../src/apps/resident/i18n/vi.ts'
import writing from '../../src/apps/resident/i18n/vi.writing.ts'
import ArticleCard from '../../src/apps/resident/parts/ArticleCard.svelte'
import type { ArticleItem } from '../../src/apps/resident/parts/types.ts'
import { useCatalogue } from '../../src/core/i18n.ts'
import cards from '../fixtures/card.json'
import home from '../fixtures/home.json'
import screens from '../fixtures/screens.json'
import HomeFixture from './HomeFixture.svelte'
import ScreenFixture from './ScreenFixture.svelte'
import { server } from './server.ts'

type Case = { lang: 'vi' | 'en'; commune: string; item: ArticleItem }

/** Svelte's comments and the white space between tags mean nothing; one tag a line reads well in a difference. */
function plain(html: string): string {
  return html
    .replace(/<!--.*?-->/gs, '')
    .replace(/\s+/g, ' ')
    .replace(
      / (?=<\/?(?:article|div|h\d|p|ul|li|form|section|aside|header|nav|main|footer|details|a|span|svg|time|img|input|button|label|summary|select|option|fieldset|legend|textarea|noscript))/g,
      '',
    )
    .replace(/> /g, '>')
    .replace(/ \/?>/g, '>')
    .replace(/></g, '>\n<')
    .trim()
}

afterEach(cleanup)
beforeAll(() => useCatalogue('vi', vi))

describe('a card of the list', () => {
  test('is drawn as the fixture says, in every case', async () => {
    const drawn = (cards as Case[]).map(({ lang, commune, item }) => {
      useCatalogue(lang, lang === 'en' ? en : vi)
      const { container, unmount } = render(ArticleCard, { item, commune })
      const html = plain(container.innerHTML).replace(/^<div>\n|\n<\/div>$/g, '')
      unmount()
      return html
    })
    await expect(`${drawn.join('\n\n')}\n`).toMatchFileSnapshot('../fixtures/card.html')
  })
})

describe('the home screen', () => {
  test('is drawn as the fixture says', async () => {
    useCatalogue('vi', vi)

    const { container } = render(HomeFixture, home as never)
    await expect(`${plain(container.innerHTML)}\n`).toMatchFileSnapshot('../fixtures/home.html')
  })
})

describe('a screen that is loaded later', () => {
  let outcomesScreen: unknown
  let sendScreen: unknown

  beforeAll(async () => {
    useCatalogue('vi', { ...vi, ...reading, ...writing })
    // As the server writes it into the page, before anything of the app runs.
    const data = document.head.appendChild(document.createElement('script'))
    data.type = 'application/json'
    data.id = 'tl-data'
    data.textContent = JSON.stringify(screens)
    server({})
    outcomesScreen = (await import('../../src/apps/resident/screens/Outcomes.svelte')).default
    const send = await import('../../src/apps/resident/screens/Send.svelte')
    await send.prepare()
    sendScreen = send.default
  }, 60_000)

  const draw = (path: string, Screen: unknown) =>
    render(ScreenFixture, { path, commune: screens.commune, Screen } as never).container

  test('outcomes are drawn as the fixture says', async () => {
    const drawn = draw(`/c/${screens.commune.code}/outcomes`, outcomesScreen)
    const { length } = screens.outcomes.items
    await vitest.waitFor(() => expect(drawn.querySelectorAll('article')).toHaveLength(length))
    await expect(`${plain(drawn.innerHTML)}\n`).toMatchFileSnapshot('../fixtures/outcomes.html')
  })

  test('the form is drawn as the fixture says', async () => {
    const drawn = draw('/send', sendScreen)
    const place = () => drawn.querySelector('#send-commune')?.parentElement?.textContent
    await vitest.waitFor(() => expect(place()).toContain('Xã Ayun'))
    await expect(`${plain(drawn.innerHTML)}\n`).toMatchFileSnapshot('../fixtures/send.html')
  })
})
