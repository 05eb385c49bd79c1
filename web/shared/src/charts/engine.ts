/** The parts of ECharts our charts use, registered once. */
import { LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent, AxisPointerComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
} from "echarts/components";
import { init, use, type ComposeOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { LineSeriesOption, ScatterSeriesOption } from "echarts/charts";
import type { AriaComponentOption, AxisPointerComponentOption, GridComponentOption, TooltipComponentOption } from "echarts/components";

use([
  LineChart, ScatterChart, GridComponent, TooltipComponent, AxisPointerComponent, MarkAreaComponent, MarkLineComponent,
  AriaComponent, CanvasRenderer,
]);

export { init };
export type ChartOption = ComposeOption<
  | LineSeriesOption | ScatterSeriesOption | GridComponentOption | TooltipComponentOption | AxisPointerComponentOption
  | AriaComponentOption
>;
