/** The server and the app draw the same first screen: both are held to the fixtures (first-screen.md). */
import { cleanup, render } from '@testing-library/svelte'

import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import en from '../../src/apps/resident/i18n/en.ts'
import vi from '../../src/apps/resident/i18n/vi.ts'
import ArticleCard from '../../src/apps/resident/parts/ArticleCard.svelte'
import type { ArticleItem } from '../../src/apps/resident/parts/types.ts'
import { useCatalogue } from '../../src/core/i18n.ts'
import cards from '../fixtures/card.json'
import home from '../fixtures/home.json'
import HomeFixture from './HomeFixture.svelte'

type Case = { lang: 'vi' | 'en'; commune: string; item: ArticleItem }

/** Svelte's comments and the white space between tags mean nothing; one tag a line reads well in a difference. */
function plain(html: string): string {
  return html
    .replace(/<!--.*?-->/gs, '')
    .replace(/\s+/g, ' ')
    .replace(
      / (?=<\/?(?:article|div|h\d|p|ul|li|form|section|aside|header|nav|main|footer|details|a|span|svg|time|img|input|button|label|summary))/g,
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
