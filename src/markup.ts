const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that stands for itself in XML and HTML; characters that XML cannot hold are replaced. */
export function escaped(text: string): string {
  return Array.from(text, (character) => {
    const isControl = character < " " && !"\t\n\r".includes(character);
    return isControl ? "\ufffd" : (entities[character] ?? character);
  }).join("");
}
