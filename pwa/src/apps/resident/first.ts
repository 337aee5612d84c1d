/** The JSON the server wrote into the page beside its markup (first-screen.md); taken once. */
import { keepRead } from '../../core/reads.ts'
import type { Article, ArticleItem, CommuneDetail, OutcomeItem, Page } from './parts/types.ts'

type First = {
  commune?: CommuneDetail
  articles?: Page<ArticleItem>
  article?: Article
  outcome?: OutcomeItem
}

export const HOME_LIMIT = 10

function parse(): First {
  try {
    return JSON.parse(document.getElementById('tl-data')?.textContent ?? '{}') as First
  } catch {
    return {}
  }
}

export const first: First = parse()

/** Keeps what came with the page, so that it can be read offline at once. */
export async function keepFirst(): Promise<void> {
  const { commune, articles, article, outcome } = first
  if (commune) await keepRead(`/communes/${commune.code}`, commune)
  if (commune && articles)
    await keepRead(`/communes/${commune.code}/articles`, articles, { query: { limit: HOME_LIMIT } })
  if (article) await keepRead(`/articles/${article.id}`, article)
  if (outcome) await keepRead(`/public-feedback/${outcome.id}`, outcome)
}
