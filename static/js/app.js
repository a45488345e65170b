// Everything that each page needs; one import per part.

import "./shell.js";
import "./times.js";
import "./copying.js";
import "./citation-card.js";
import "./live.js";
import "./rows.js";
import "./documents.js";
import "./organising.js";
import "./batches.js";
import "./drop.js";
import "./tray.js";
