/**
 * Tables of an article, as plain as the server keeps them: header cells, cells, cells that span. No widths, no colours.
 * Tab goes from cell to cell and, behind the last one, out of the text again, so that nobody is caught by the keyboard.
 */
import { type Editor, mergeAttributes, Node } from '@tiptap/core'
import type { Node as PlainNode } from '@tiptap/pm/model'
import { type Command, TextSelection } from '@tiptap/pm/state'
import {
  addColumnAfter,
  addRowAfter,
  deleteColumn,
  deleteRow,
  deleteTable,
  goToNextCell,
  isInTable,
  tableEditing,
} from '@tiptap/pm/tables'

const ROLES: Record<string, string> = { table: 'table', tableRow: 'row', tableCell: 'cell', tableHeader: 'header_cell' }

const Table = Node.create({
  name: 'table',
  group: 'block',
  content: 'tableRow+',
  isolating: true,
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: () => ['table', ['tbody', 0]],
  extendNodeSchema: ({ name }) => (ROLES[name] ? { tableRole: ROLES[name] } : {}),
  addProseMirrorPlugins: () => [tableEditing()],
  addKeyboardShortcuts() {
    const to = (direction: 1 | -1) => run(this.editor, goToNextCell(direction))
    return { Tab: () => to(1), 'Shift-Tab': () => to(-1) }
  },
})

const TableRow = Node.create({
  name: 'tableRow',
  content: '(tableCell | tableHeader)*',
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: () => ['tr', 0],
})

const span = (name: string) => ({
  default: 1,
  parseHTML: (cell: HTMLElement) => Number(cell.getAttribute(name)) || 1,
  renderHTML: (attributes: Record<string, unknown>) => (attributes[name] === 1 ? {} : { [name]: attributes[name] }),
})

const cell = (name: string, tag: 'td' | 'th') =>
  Node.create({
    name,
    content: 'block+',
    isolating: true,
    // The editing of tables knows widths; ours have none.
    addAttributes: () => ({
      colspan: span('colspan'),
      rowspan: span('rowspan'),
      colwidth: { default: null, rendered: false },
    }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes), 0],
  })

export const TABLES = [Table, TableRow, cell('tableCell', 'td'), cell('tableHeader', 'th')]

function run(editor: Editor, command: Command): boolean {
  return command(editor.state, editor.view.dispatch, editor.view)
}

const ROWS = 3
const COLUMNS = 2

/** Puts an empty table, one header row and two others, behind the cursor's paragraph and goes into its first cell. */
export function insertTable(editor: Editor): void {
  const { schema, tr } = editor.state
  const nodes = schema.nodes
  const row = (kind: string) => {
    const cells = Array.from({ length: COLUMNS }, () => nodes[kind]?.createAndFill())
    return nodes.tableRow?.create(
      null,
      cells.filter((one): one is PlainNode => Boolean(one)),
    )
  }
  const rows = Array.from({ length: ROWS }, (_, at) => row(at === 0 ? 'tableHeader' : 'tableCell'))
  const table = nodes.table?.create(
    null,
    rows.filter((one): one is PlainNode => Boolean(one)),
  )
  if (!table) return
  const { $from } = editor.state.selection
  const at = $from.after(1)
  tr.insert(at, table)
  tr.setSelection(TextSelection.near(tr.doc.resolve(at + 1))).scrollIntoView()
  editor.view.dispatch(tr)
  editor.view.focus()
}

export const inTable = (editor: Editor): boolean => isInTable(editor.state)

/** What can be done to the table that the cursor is in. */
export const TABLE_TOOLS: { name: string; icon: string; run: (editor: Editor) => void }[] = [
  { name: 'row_add', icon: 'plus', command: addRowAfter },
  { name: 'column_add', icon: 'plus', command: addColumnAfter },
  { name: 'row_drop', icon: 'minus', command: deleteRow },
  { name: 'column_drop', icon: 'minus', command: deleteColumn },
  { name: 'table_drop', icon: 'trash-2', command: deleteTable },
].map(({ command, ...tool }) => ({
  ...tool,
  run: (editor) => {
    run(editor, command)
    editor.view.focus()
  },
}))
