/** The JSON the server wrote into the page beside its markup (first-screen.md); taken once. */
import { keepRead } from '../../core/reads.ts'
import type {
  Article,
  ArticleItem,
  BroadcastItem,
  CommuneDetail,
  CommuneFound,
  OutcomeItem,
  Page,
} from './parts/types.ts'

type First = {
  commune?: CommuneDetail
  communes?: CommuneFound[]
  articles?: Page<ArticleItem>
  article?: Article
  outcome?: OutcomeItem
  broadcasts?: Page<BroadcastItem>
}

export const HOME_LIMIT = 10
export const LISTEN_LIMIT = 20

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
  const { commune, articles, article, outcome, broadcasts } = first
  const place = `/communes/${commune?.code}`
  if (commune) await keepRead(place, commune)
  if (articles) await keepRead(`${place}/articles`, articles, { query: { limit: HOME_LIMIT } })
  if (broadcasts) await keepRead(`${place}/broadcasts`, broadcasts, { query: { limit: LISTEN_LIMIT } })
  if (article) await keepRead(`/articles/${article.id}`, article)
  if (outcome) await keepRead(`/public-feedback/${outcome.id}`, outcome)
}
