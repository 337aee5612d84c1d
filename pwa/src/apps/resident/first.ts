/** The JSON the server wrote into the page beside its markup (first-screen.md); taken once. */
import type { Query } from '../../core/api.ts'
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

export function forgetFirst(): void {
  // The places to choose from are asked for nowhere else, and hardly change.
  first = { communes: first.communes }
}

/** Going back, a browser may show an old copy of the page: what is in it is asked for again. */
export const isFresh = (): boolean =>
  (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined)?.type !== 'back_forward'

/** What came with the page, by the question it answers: kept for reading offline once the first screen stands. */
export const answered: { path: string; query?: Query; data: unknown }[] = []

/** What is still being drawn of the first screen; the server's stays until it is whole. */
export const drawing: Promise<void>[] = []

/** Lets the browser do what else it has to. */
export const pause = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
