import java.time.*; import java.util.*; import java.util.concurrent.*;
import xyz.dropsilk.server.flight.*; import xyz.dropsilk.server.testing.*;
public class Pass { public static void main(String[] a){
 int n=Integer.parseInt(a[0]);
 ManualExecutor t=new ManualExecutor();
 FlightRegistry r=new FlightRegistry(new FlightRegistry.Lists(200,Duration.ZERO),new CollectedEvents(),new FlightRegistry.Time(t,System::nanoTime,t),Records.Listener.none());
 for(int i=0;i<n;i++) r.connect(new RecordingPeer("52."+(i>>16&255)+"."+(i>>8&255)+"."+(i&255)));
 long[] x=new long[400]; int s=0;
 for(int i=0;i<x.length;i++){long b=System.nanoTime(); s+=r.attendance(Duration.ZERO).connections(); x[i]=System.nanoTime()-b;}
 System.out.println("first "+x[0]/1000+" us"); Arrays.sort(x); System.out.println(n+": p50 "+x[200]/1000+" us, p99 "+x[396]/1000+" us "+s);
}}
