/** The JSON the server wrote into the page beside its markup (first-screen.md); taken once. */
import { keepRead } from '../../core/reads.ts'
import type {
  Article,
  ArticleItem,
  BroadcastItem,
  Category,
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
  outcomes?: Page<OutcomeItem>
  feedback_categories?: Page<Category>
  broadcasts?: Page<BroadcastItem>
}

export const HOME_LIMIT = 10
export const LIST_LIMIT = 20

function parse(): First {
  try {
    return JSON.parse(document.getElementById('tl-data')?.textContent ?? '{}') as First
  } catch {
    return {}
  }
}

/** What came with the page, until the reader goes on from it: what is shown later is asked for. */
export let first: First = parse()
const came = first

export function forgetFirst(): void {
  // The places to choose from are asked for nowhere else, and hardly change.
  first = { communes: came.communes }
}

/** Going back, a browser may show an old copy of the page: what is in it is asked for again. */
export const isFresh = (): boolean =>
  (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined)?.type !== 'back_forward'

/** What is still being drawn of the first screen; the server's stays until it is whole. */
export const drawing: Promise<void>[] = []

/** Lets the browser do what else it has to. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

/** Keeps what came with the page, so that it can be read offline at once. */
export async function keepFirst(): Promise<void> {
  const { commune, articles, article, outcome, outcomes, broadcasts, feedback_categories } = came
  const place = `/communes/${commune?.code}`
  if (commune) await keepRead(place, commune)
  if (articles) await keepRead(`${place}/articles`, articles, { query: { limit: HOME_LIMIT } })
  if (broadcasts) await keepRead(`${place}/broadcasts`, broadcasts, { query: { limit: LIST_LIMIT } })
  if (outcomes) await keepRead(`${place}/feedback`, outcomes, { query: { limit: LIST_LIMIT } })
  if (feedback_categories) await keepRead('/feedback-categories', feedback_categories)
  if (article) await keepRead(`/articles/${article.id}`, article)
  if (outcome) await keepRead(`/public-feedback/${outcome.id}`, outcome)
}
